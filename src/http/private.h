#ifndef HTTP_PRIVATE_H
#define HTTP_PRIVATE_H

#include <pthread.h>

#include "http/assets.h"
#include "http/origin.h"
#include "http/request.h"

/* The server's inside, for server.c, handler.c, request.c and watchdog.c. */
struct http_server {
    struct service *service;
    const struct config *config;
    struct origin origin;
    struct assets assets;
    struct MHD_Daemon *daemon;
    struct listen_address address;
    int fd;         /* listening socket, while it is ours */
    char url[160];

    /* Guards what follows, and asleep, woken and answered of every request.
     * Never held while the service or libmicrohttpd may call back. */
    pthread_mutex_t lock;
    pthread_cond_t ended; /* tells the watchdog to go */
    struct http_peer *peers;
    int closing;
    int n_streams;
    pthread_t watchdog;
    int has_watchdog;
};

/* libmicrohttpd's callbacks; `data` is the server. */
void *handler_begin(void *data, const char *uri, struct MHD_Connection *conn);
enum MHD_Result handler_step(void *data, struct MHD_Connection *conn,
                             const char *url, const char *method,
                             const char *version, const char *upload,
                             size_t *upload_size, void **state);
void handler_end(void *data, struct MHD_Connection *conn, void **state,
                 enum MHD_RequestTerminationCode why);
void watchdog_peer(void *data, struct MHD_Connection *conn, void **peer,
                   enum MHD_ConnectionNotificationCode what);

/* A connection goes into another phase of its life. */
void watchdog_phase(struct http_server *h, struct http_peer *p,
                    enum peer_phase phase);
/* n bytes of a body came. */
void watchdog_bytes(struct http_server *h, struct http_peer *p, size_t n);

/* 0 or -1. */
int watchdog_start(struct http_server *h);
void watchdog_stop(struct http_server *h);

/* Wakes every request that sleeps. */
void watchdog_wake_all(struct http_server *h);

/* A request of its raw URI, which is cut at the question mark; NULL when
 * memory is short. */
struct http_request *request_new(struct http_server *h, const char *uri,
                                 struct MHD_Connection *conn);
void request_free(struct http_request *r);

#endif
