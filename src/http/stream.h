#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "base/buf.h"
#include "http/request.h"
#include "service/read.h"

/* A job's events as text/event-stream (WHATWG HTML, section 9.2). */

enum {
    STREAM_BATCH = 64,          /* events read at a time */
    STREAM_HEARTBEAT_MS = 15000 /* also finds peers that are gone */
};

/* The events as a client reads them: "id: 7\nevent: state\ndata: {}\n\n".
 * 0, or -1 when memory is short. */
int stream_text(struct buf *out, const struct events *events);

/* Makes the request's response a stream of the job's events above `after`,
 * 204 when there are none to come, or a problem. */
enum http_step stream_open(struct http_request *r, const char *job,
                           int64_t after);

void stream_free(struct stream *s);

#endif
