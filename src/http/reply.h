#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/request.h"

/* Turns what an endpoint came to into libmicrohttpd's response. All return
 * HTTP_ANSWER, so that a step may end in `return reply_...`. */

/* `text` (mem_free'd, also on failure; NULL: memory is short) of a media
 * type. `etag` may be NULL; with one, If-None-Match is heeded. */
enum http_step reply_text(struct http_request *r, unsigned status,
                          const char *type, char *text, const char *etag);

/* Bytes that outlive the server, under the same rules. */
enum http_step reply_static(struct http_request *r, const char *type,
                            const void *bytes, size_t n, const char *etag);

/* The file that `read` finds under the path's first parameter, whole or the
 * part that Range asks for. With a digest the ETag and Repr-Digest are its
 * own. */
typedef int reply_read_f(struct reader *reader, const char *ref,
                         struct read_file *out, struct answer *a);
enum http_step reply_read(struct http_request *r, reply_read_f *read,
                          const char *type);

/* The same of a file that was found; its descriptor is closed in any case. */
enum http_step reply_file(struct http_request *r, struct read_file *f,
                          const char *type);

/* A problem of the table. */
enum http_step reply_problem(struct http_request *r, enum problem_id id,
                             const char *detail);

/* Queues r->response, or what r->answer says. */
enum MHD_Result reply_send(struct http_request *r);

/* Adds a header to r->response; nothing where there is none. */
void reply_header(struct http_request *r, const char *name,
                  const char *value);

#endif
