/* Taking a listen address apart, and keeping to loopback. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "sys/config.h"

static int read_unix(struct listen_address *out, const char *path,
                     struct prune_error *err)
{
    if (!*path || strlen(path) >= sizeof out->path)
        return err_set(err, PRUNE_E_USAGE,
                       "listen: the path of a unix socket has 1 to %zu bytes",
                       sizeof out->path - 1);
    *out = (struct listen_address){.loopback = 1};
    memcpy(out->path, path, strlen(path) + 1);
    return 0;
}

static int read_port(uint16_t *out, const char *text)
{
    if (!*text || strlen(text) > 5 ||
        strspn(text, "0123456789") != strlen(text))
        return -1;
    long port = strtol(text, NULL, 10);
    if (port > 65535)
        return -1;
    *out = (uint16_t)port;
    return 0;
}

/* The part before the last colon, without the brackets of IPv6. */
static int read_host(struct listen_address *a, const char *text, size_t n)
{
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
        a->ipv6 = 1;
    }
    if (!n || n >= sizeof a->host)
        return -1;
    memcpy(a->host, text, n);
    if (!strcmp(a->host, "localhost"))
        strcpy(a->host, "127.0.0.1");
    return 0;
}

static int check_host(struct listen_address *a)
{
    struct in_addr four;
    struct in6_addr six;
    if (a->ipv6) {
        if (inet_pton(AF_INET6, a->host, &six) != 1)
            return -1;
        a->loopback = IN6_IS_ADDR_LOOPBACK(&six);
        return 0;
    }
    if (inet_pton(AF_INET, a->host, &four) != 1)
        return -1;
    a->loopback = ntohl(four.s_addr) >> 24 == 127;
    return 0;
}

int config_listen(struct listen_address *out, const char *text,
                  struct prune_error *err)
{
    if (!strncmp(text, "unix:", 5))
        return read_unix(out, text + 5, err);
    struct listen_address a = {0};
    const char *colon = strrchr(text, ':');
    if (!colon || read_port(&a.port, colon + 1) ||
        read_host(&a, text, (size_t)(colon - text)) || check_host(&a))
        return err_set(err, PRUNE_E_USAGE,
                       "listen: '%s' is neither ADDR:PORT nor unix:PATH",
                       text);
    if (!a.loopback)
        return err_set(err, PRUNE_E_FAILED,
                       "listen: '%s' is not a loopback address, and this "
                       "version has no tokens to keep strangers out; use "
                       "127.0.0.1, [::1] or unix:PATH",
                       text);
    *out = a;
    return 0;
}
