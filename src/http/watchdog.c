#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"
#include "http/private.h"
#include "sys/clock.h"
#include "sys/log.h"

/* libmicrohttpd's timeout looks at idleness alone: a client that sends one
 * byte a second holds a connection for ever. So each connection is listed
 * here with what it is doing since when, and once a second those that used
 * up their patience are ended. */

static const char too_slow[] =
    "HTTP/1.1 408 Request Timeout\r\n"
    "Content-Type: application/problem+json\r\n"
    "Connection: close\r\n\r\n"
    "{\"type\":\"/problems/timeout\",\"title\":\"The request took too long\","
    "\"status\":408}\n";

static struct http_peer *peer_open(struct http_server *h, int fd)
{
    struct http_peer *p = mem_new(sizeof *p);
    if (!p)
        return NULL;
    p->fd = fd;
    p->since = clock_steady();
    pthread_mutex_lock(&h->lock);
    p->next = h->peers;
    if (p->next)
        p->next->previous = p;
    h->peers = p;
    pthread_mutex_unlock(&h->lock);
    return p;
}

static void peer_close(struct http_server *h, struct http_peer *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&h->lock);
    if (p->previous)
        p->previous->next = p->next;
    else
        h->peers = p->next;
    if (p->next)
        p->next->previous = p->previous;
    pthread_mutex_unlock(&h->lock);
    mem_free(p);
}

void watchdog_peer(void *data, struct MHD_Connection *conn, void **peer,
                   enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        peer_close(data, *peer);
        *peer = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    *peer = info ? peer_open(data, info->connect_fd) : NULL;
}

void watchdog_phase(struct http_server *h, struct http_peer *p,
                    enum peer_phase phase)
{
    int64_t now = clock_steady();
    pthread_mutex_lock(&h->lock);
    p->phase = phase;
    p->since = now;
    p->received = 0;
    pthread_mutex_unlock(&h->lock);
}

void watchdog_bytes(struct http_server *h, struct http_peer *p, size_t n)
{
    pthread_mutex_lock(&h->lock);
    p->received += n;
    pthread_mutex_unlock(&h->lock);
}

/* Under the lock, so that the descriptor is still the peer's. What follows
 * is an error for libmicrohttpd, which then closes as it always does. */
static void cut(struct http_peer *p)
{
    if (p->phase == PEER_BODY)
        send(p->fd, too_slow, sizeof too_slow - 1,
             MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(p->fd, SHUT_RDWR);
    p->cut = 1;
}

static int cut_slow(struct http_server *h)
{
    int n = 0;
    int64_t now = clock_steady();
    for (struct http_peer *p = h->peers; p; p = p->next) {
        if (p->cut || !peer_is_slow(p, now))
            continue;
        n += p->phase == PEER_BODY;
        cut(p);
    }
    return n;
}

static void *watch(void *data)
{
    struct http_server *h = data;
    pthread_mutex_lock(&h->lock);
    while (h->has_watchdog) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&h->ended, &h->lock, &until);
        int n = cut_slow(h);
        if (!n)
            continue;
        pthread_mutex_unlock(&h->lock);
        log_warn("slow-uploads-ended", "count", LOG_INT(n));
        pthread_mutex_lock(&h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

int watchdog_start(struct http_server *h)
{
    /* Signals are the loop's; the mask is inherited. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    h->has_watchdog = 1;
    int rc = pthread_create(&h->watchdog, NULL, watch, h);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc)
        h->has_watchdog = 0;
    return rc ? -1 : 0;
}

void watchdog_stop(struct http_server *h)
{
    pthread_mutex_lock(&h->lock);
    int on = h->has_watchdog;
    h->has_watchdog = 0;
    pthread_cond_signal(&h->ended);
    pthread_mutex_unlock(&h->lock);
    if (on)
        pthread_join(h->watchdog, NULL);
}

/* Under the lock. */
static void wake(struct http_request *r)
{
    if (!r->asleep) {
        r->woken = 1;
        return;
    }
    r->asleep = 0;
    r->peer->asleep = NULL;
    MHD_resume_connection(r->conn);
}

void watchdog_wake_all(struct http_server *h)
{
    pthread_mutex_lock(&h->lock);
    for (struct http_peer *p = h->peers; p; p = p->next)
        if (p->asleep)
            wake(p->asleep);
    pthread_mutex_unlock(&h->lock);
}

void http_wake(void *data)
{
    struct http_request *r = data;
    struct http_server *h = r->server;
    pthread_mutex_lock(&h->lock);
    wake(r);
    pthread_mutex_unlock(&h->lock);
}

void http_answered(void *data, struct answer *answer)
{
    struct http_request *r = data;
    struct http_server *h = r->server;
    pthread_mutex_lock(&h->lock);
    r->answer = *answer;
    *answer = (struct answer){0};
    r->answered = 1;
    wake(r);
    pthread_mutex_unlock(&h->lock);
}

int http_sleep(struct http_request *r)
{
    struct http_server *h = r->server;
    pthread_mutex_lock(&h->lock);
    int sleeps = !r->woken && !(h->closing && r->waiting);
    r->woken = 0;
    if (sleeps) {
        r->asleep = 1;
        r->peer->asleep = r;
        MHD_suspend_connection(r->conn);
    }
    pthread_mutex_unlock(&h->lock);
    return sleeps;
}

int http_closing(const struct http_request *r)
{
    struct http_server *h = r->server;
    pthread_mutex_lock(&h->lock);
    int closing = h->closing;
    pthread_mutex_unlock(&h->lock);
    return closing;
}
