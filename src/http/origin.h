#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <stddef.h>

/* Pages of other sites must not act through a user's browser. Two doors are
 * closed: a request that says it comes from elsewhere (Origin,
 * Sec-Fetch-Site), and a name that an attacker made point to this machine
 * (Host, "DNS rebinding"). */

enum { ORIGIN_NAMES = 16, ORIGIN_NAME = 264 };

struct origin {
    char hosts[ORIGIN_NAMES][ORIGIN_NAME]; /* as a Host header says them */
    size_t n_hosts;
    int any_port; /* over a socket file a port means nothing */
};

/* Adds one Host value that is ours: "127.0.0.1:8080", "prune.example". -1
 * when there are too many, or it is too long. */
int origin_add(struct origin *o, const char *host);

/* A name that the owner configured: with the port it carries, or without
 * one (behind a proxy) and with the daemon's. */
int origin_add_name(struct origin *o, const char *name, unsigned port);

/* The names of a daemon that listens on `address` (an IP literal, brackets
 * left out) and `port`; NULL address: a socket file. Names of the loopback
 * go in together, as users type any of them. */
int origin_listen(struct origin *o, const char *address, unsigned port);

/* Whether a Host header names us. */
int origin_is_host(const struct origin *o, const char *host);

/* Why a request is refused, or NULL when it is not. Each header may be
 * NULL. */
const char *origin_refusal(const struct origin *o, const char *host,
                           const char *from, const char *fetch_site);

#endif
