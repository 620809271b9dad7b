#include "http/receive.h"

/* One shot: the body is the model, the query the job's settings. */
static int begin(struct http_request *r)
{
    return receive_begin(r, UPLOAD_PRUNE, NULL, r->query);
}

const struct endpoint endpoint_prune = {
    .name = "prune",
    .begin = begin,
    .answer = receive_answer,
};
