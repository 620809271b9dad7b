#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stddef.h>

#include "base/err.h"
#include "sys/config.h"

/* A listening socket at the address; a port of 0 is replaced by the one
 * that was taken. A socket file that no one listens on any more is
 * replaced. */
int listen_open(int *out, struct listen_address *address, int backlog,
                struct prune_error *err);

/* Closes, and removes the socket file. -1 is fine. */
void listen_close(int fd, const struct listen_address *address);

void listen_url(char *out, size_t size, const struct listen_address *a);

#endif
