#include "http/receive.h"

static int begin(struct http_request *r)
{
    if (http_query_only(r, ""))
        return -1;
    return receive_begin(r, UPLOAD_MODEL, r->match.param[0], NULL);
}

const struct endpoint endpoint_model_put = {
    .name = "model_put",
    .begin = begin,
    .answer = receive_answer,
};
