#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <stdint.h>

/* A connection, from accept to close, as the watchdog sees it. */

enum peer_phase {
    PEER_IDLE, /* no request yet, or between two: headers are awaited */
    PEER_BODY, /* a body is awaited */
    PEER_BUSY, /* ours to act: nothing is asked of the client */
};

struct http_request;

struct http_peer {
    int fd;
    enum peer_phase phase;
    int64_t since;     /* clock_steady() when the phase began */
    uint64_t received; /* bytes of the body */
    int cut;           /* was ended by the watchdog */
    struct http_request *asleep; /* the request that sleeps on it, if any */
    struct http_peer *previous, *next;
};

enum {
    PEER_IDLE_SECONDS = 60,  /* for a request's line and headers */
    PEER_GRACE_SECONDS = 10, /* before a body's rate is looked at */
    PEER_RATE = 1024,        /* bytes a second that a body must keep */
};

/* Whether a connection in this state has used up the patience due to it. */
int peer_is_slow(const struct http_peer *p, int64_t now);

#endif
