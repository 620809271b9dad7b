#include "http/receive.h"

/* The service knows which settings a data set has. */
static int begin(struct http_request *r)
{
    return receive_begin(r, UPLOAD_DATASET, r->match.param[0], r->query);
}

const struct endpoint endpoint_dataset_put = {
    .name = "dataset_put",
    .begin = begin,
    .answer = receive_answer,
};
