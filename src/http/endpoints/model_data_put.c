#include "http/receive.h"

static int begin(struct http_request *r)
{
    return receive_begin(r, UPLOAD_DATA, r->match.param[0], NULL);
}

const struct endpoint endpoint_model_data_put = {
    .name = "model_data_put",
    .query = "",
    .begin = begin,
    .answer = receive_answer,
};
