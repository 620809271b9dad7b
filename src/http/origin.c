#include "http/origin.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

int origin_add(struct origin *o, const char *host)
{
    if (o->n_hosts == ORIGIN_NAMES || strlen(host) >= ORIGIN_NAME)
        return -1;
    strcpy(o->hosts[o->n_hosts++], host);
    return 0;
}

/* A browser leaves the port out of Host and Origin where it is 80. */
static int add_port(struct origin *o, const char *name, unsigned port)
{
    char host[ORIGIN_NAME];
    int n = snprintf(host, sizeof host, strchr(name, ':') ? "[%s]:%u"
                                                          : "%s:%u",
                     name, port);
    if (n < 0 || (size_t)n >= sizeof host || origin_add(o, host))
        return -1;
    if (port != 80)
        return 0;
    *strrchr(host, ':') = 0;
    return origin_add(o, host);
}

int origin_add_name(struct origin *o, const char *name, unsigned port)
{
    char host[ORIGIN_NAME];
    if (origin_add(o, name))
        return -1;
    if (strchr(name, ':'))
        return 0;
    int n = snprintf(host, sizeof host, "%s:%u", name, port);
    return n < 0 || (size_t)n >= sizeof host ? -1 : origin_add(o, host);
}

int origin_listen(struct origin *o, const char *address, unsigned port)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "::1"};
    if (!address) {
        o->any_port = 1;
        return origin_add(o, "localhost");
    }
    if (add_port(o, address, port))
        return -1;
    if (strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0)
        return 0;
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (strcmp(local[i], address) != 0 &&
            add_port(o, local[i], port))
            return -1;
    return 0;
}

int origin_is_host(const struct origin *o, const char *host)
{
    for (size_t i = 0; host && i < o->n_hosts; i++) {
        size_t n = strlen(o->hosts[i]);
        if (!strncasecmp(host, o->hosts[i], n) &&
            (!host[n] || (o->any_port && host[n] == ':')))
            return 1;
    }
    return 0;
}

const char *origin_refusal(const struct origin *o, const char *host,
                           const char *from, const char *fetch_site)
{
    if (host && !origin_is_host(o, host))
        return "the Host header names another server; use the address that "
               "the daemon listens on, or add the name with --hosts";
    if (fetch_site && !strcasecmp(fetch_site, "cross-site"))
        return "a page of another site asked for this (Sec-Fetch-Site: "
               "cross-site)";
    if (!from)
        return NULL;
    int secure = !strncasecmp(from, "https://", 8);
    if (!secure && strncasecmp(from, "http://", 7) != 0)
        return "the Origin header names no site of this daemon";
    if (!origin_is_host(o, from + (secure ? 8 : 7)))
        return "a page of another site asked for this (Origin)";
    return NULL;
}
