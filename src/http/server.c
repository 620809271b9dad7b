#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "http/listen.h"
#include "http/private.h"
#include "sys/clock.h"
#include "sys/log.h"

enum {
    PIECE_MEMORY = 256 << 10, /* pieces of uploads are half of it */
    BACKLOG = 1024,
    CLOSE_MS = 10000,
};

static void complain(void *data, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void complain(void *data, const char *format, va_list args)
{
    char text[256];
    (void)data;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\r\n")] = 0;
    log_warn("microhttpd", "message", text);
}

static int start(struct http_server *h, struct prune_error *err)
{
    const struct config *c = h->config;
    unsigned threads = (unsigned)c->http_threads;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)c->max_connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, PEER_IDLE_SECONDS, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, PIECE_MEMORY, NULL},
        {MHD_OPTION_LISTEN_BACKLOG_SIZE, BACKLOG, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)handler_begin, h},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)handler_end, h},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)watchdog_peer, h},
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    h->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_ITC | MHD_USE_ERROR_LOG,
        0, NULL, NULL, handler_step, h, MHD_OPTION_EXTERNAL_LOGGER,
        complain, NULL, MHD_OPTION_LISTEN_SOCKET, h->fd, MHD_OPTION_ARRAY,
        options, MHD_OPTION_END);
    if (!h->daemon)
        return err_set(err, PRUNE_E_FAILED, "the HTTP server on %s does not "
                       "start; the log says more", h->url);
    return 0;
}

/* The names by which a Host header may call us. */
static int names(struct http_server *h, struct prune_error *err)
{
    const struct listen_address *a = &h->address;
    int rc = origin_listen(&h->origin, *a->path ? NULL : a->host, a->port);
    char name[ORIGIN_NAME];
    for (const char *p = h->config->hosts; rc == 0 && p && *p;) {
        size_t n = strcspn(p, ",");
        if (n && n < sizeof name) {
            memcpy(name, p, n);
            name[n] = 0;
            rc = origin_add_name(&h->origin, name, a->port);
        }
        p += n + (p[n] == ',');
    }
    return rc ? err_set(err, PRUNE_E_USAGE,
                        "--hosts: too many names, or one is too long")
              : 0;
}

static int load_assets(struct http_server *h, struct prune_error *err)
{
    const char *folder = h->config->www_dir;
    int rc = folder ? assets_load(&h->assets, folder, err)
                    : assets_load_default(&h->assets, err);
    if (rc == 0 && !assets_find(&h->assets, "index.html"))
        log_warn("no-dashboard", "detail", "no folder www was found");
    return rc;
}

static int lock_init(struct http_server *h)
{
    pthread_condattr_t attributes;
    if (pthread_mutex_init(&h->lock, NULL))
        return -1;
    if (pthread_condattr_init(&attributes))
        return -1;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int rc = pthread_cond_init(&h->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    return rc ? -1 : 0;
}

int http_server_open(struct http_server **out, struct service *service,
                     const struct config *config, struct prune_error *err)
{
    struct http_server *h = mem_new(sizeof *h);
    int rc;
    if (!h || lock_init(h)) {
        mem_free(h);
        return err_memory(err, "the HTTP server");
    }
    h->service = service;
    h->config = config;
    h->fd = -1;
    if ((rc = config_listen(&h->address, config->listen, err)) == 0 &&
        (rc = load_assets(h, err)) == 0 &&
        (rc = listen_open(&h->fd, &h->address, BACKLOG, err)) == 0 &&
        (rc = names(h, err)) == 0) {
        listen_url(h->url, sizeof h->url, &h->address);
        rc = start(h, err);
    }
    if (rc == 0 && watchdog_start(h))
        rc = err_set(err, PRUNE_E_FAILED, "no thread for the watchdog");
    if (rc) {
        http_server_close(h);
        return rc;
    }
    *out = h;
    return 0;
}

const char *http_server_url(const struct http_server *h)
{
    return h->url;
}

/* Connections that are open. */
static unsigned connections(struct http_server *h)
{
    unsigned n = 0;
    pthread_mutex_lock(&h->lock);
    for (struct http_peer *p = h->peers; p; p = p->next)
        n += p->phase != PEER_IDLE;
    pthread_mutex_unlock(&h->lock);
    return n;
}

/* Lets what is under way end. What falls asleep meanwhile is woken again,
 * because libmicrohttpd must not be stopped while anything sleeps. */
static void drain(struct http_server *h)
{
    int64_t deadline = clock_steady() + CLOSE_MS;
    struct timespec pause = {0, 10 * 1000 * 1000};
    pthread_mutex_lock(&h->lock);
    h->closing = 1;
    pthread_mutex_unlock(&h->lock);
    watchdog_wake_all(h);
    while (connections(h) && clock_steady() < deadline)
        nanosleep(&pause, NULL);
    watchdog_wake_all(h);
}

void http_server_close(struct http_server *h)
{
    if (!h)
        return;
    if (h->daemon) {
        MHD_quiesce_daemon(h->daemon);
        drain(h);
        watchdog_stop(h);
        MHD_stop_daemon(h->daemon);
    }
    listen_close(h->fd, &h->address);
    assets_done(&h->assets);
    pthread_cond_destroy(&h->ended);
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
}
