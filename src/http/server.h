#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/err.h"
#include "service/service.h"
#include "sys/config.h"

/* The HTTP side of the daemon: libmicrohttpd's threads, which call into the
 * service, and a watchdog thread that ends connections that are too slow. */
struct http_server;

/* Listens and serves from now on. `service` and `config` are borrowed. */
int http_server_open(struct http_server **out, struct service *service,
                     const struct config *config, struct prune_error *err);

/* "http://127.0.0.1:8080" or "unix:/run/pruned.sock". */
const char *http_server_url(const struct http_server *h);

/* Takes no more connections, ends the event streams and the waits, gives
 * what is under way ten seconds, then ends it. To be called once
 * service_run has returned and before service_close. NULL is fine. */
void http_server_close(struct http_server *h);

#endif
