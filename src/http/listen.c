#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union any {
    struct sockaddr head;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un file;
};

/* The address as the system wants it; returns its size. */
static socklen_t fill(union any *out, const struct listen_address *a)
{
    *out = (union any){0};
    if (*a->path) {
        out->file.sun_family = AF_UNIX;
        memcpy(out->file.sun_path, a->path, sizeof out->file.sun_path);
        return sizeof out->file;
    }
    if (a->ipv6) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(a->port);
        inet_pton(AF_INET6, a->host, &out->v6.sin6_addr);
        return sizeof out->v6;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(a->port);
    inet_pton(AF_INET, a->host, &out->v4.sin_addr);
    return sizeof out->v4;
}

/* Whether the socket file is what a daemon left that is gone. */
static int is_stale(const union any *address, socklen_t size)
{
    struct stat st;
    if (lstat(address->file.sun_path, &st) || !S_ISSOCK(st.st_mode))
        return 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int refused = fd >= 0 && connect(fd, &address->head, size) &&
                  errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return refused;
}

static int attach(int fd, const union any *address, socklen_t size)
{
    int on = 1;
    if (address->head.sa_family != AF_UNIX) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        return bind(fd, &address->head, size);
    }
    /* Whoever may connect may change things: the owner alone. */
    mode_t old = umask(0177);
    int rc = bind(fd, &address->head, size);
    int why = errno;
    if (rc && why == EADDRINUSE && is_stale(address, size)) {
        unlink(address->file.sun_path);
        rc = bind(fd, &address->head, size);
        why = errno;
    }
    umask(old);
    errno = why;
    return rc;
}

static int take_port(int fd, struct listen_address *a)
{
    union any bound = {0};
    socklen_t size = sizeof bound;
    if (*a->path)
        return 0;
    if (getsockname(fd, &bound.head, &size))
        return -1;
    a->port = ntohs(a->ipv6 ? bound.v6.sin6_port : bound.v4.sin_port);
    return 0;
}

int listen_open(int *out, struct listen_address *a, int backlog,
                struct prune_error *err)
{
    char url[160];
    union any address;
    socklen_t size = fill(&address, a);
    int fd = socket(address.head.sa_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && attach(fd, &address, size) == 0 &&
        listen(fd, backlog) == 0 && take_port(fd, a) == 0) {
        *out = fd;
        return 0;
    }
    int why = errno;
    if (fd >= 0)
        close(fd);
    listen_url(url, sizeof url, a);
    return err_set(err, PRUNE_E_FAILED, "cannot listen on %s: %s%s", url,
                   strerror(why),
                   why == EADDRINUSE
                       ? "; another program does; choose another address "
                         "with --listen"
                       : "");
}

void listen_close(int fd, const struct listen_address *a)
{
    if (fd < 0)
        return;
    close(fd);
    if (*a->path)
        unlink(a->path);
}

void listen_url(char *out, size_t size, const struct listen_address *a)
{
    if (*a->path)
        snprintf(out, size, "unix:%s", a->path);
    else
        snprintf(out, size, a->ipv6 ? "http://[%s]:%u" : "http://%s:%u",
                 a->host, (unsigned)a->port);
}
