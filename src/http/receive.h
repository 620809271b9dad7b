#ifndef HTTP_RECEIVE_H
#define HTTP_RECEIVE_H

#include "http/request.h"

/* What the three addresses that take a file have in common. */

/* Reads the headers that say something of the file and begins an upload,
 * which the handler then feeds. `settings` is borrowed and may be NULL. 0,
 * or -1 with the refusal in r->answer. */
int receive_begin(struct http_request *r, enum upload_kind kind,
                  const char *name, const json_t *settings);

/* The answer step: hands the upload over to the service. */
enum http_step receive_answer(struct http_request *r);

#endif
