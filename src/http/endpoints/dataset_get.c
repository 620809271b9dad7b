#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (reader)
        read_dataset(reader, r->match.param[0], &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_dataset_get = {
    .name = "dataset_get",
    .query = "",
    .answer = answer,
};
