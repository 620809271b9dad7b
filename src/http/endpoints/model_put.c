#include "http/receive.h"

static int begin(struct http_request *r)
{
    return receive_begin(r, UPLOAD_MODEL, r->match.param[0], NULL);
}

const struct endpoint endpoint_model_put = {
    .name = "model_put",
    .query = "",
    .begin = begin,
    .answer = receive_answer,
};
