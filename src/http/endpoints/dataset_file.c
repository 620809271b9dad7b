#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "");
}

static enum http_step answer(struct http_request *r)
{
    struct read_file file = {.fd = -1};
    struct reader *reader = http_reader(r);
    if (!reader ||
        read_dataset_file(reader, r->match.param[0], &file, &r->answer))
        return HTTP_ANSWER;
    return reply_file(r, &file, "application/octet-stream");
}

const struct endpoint endpoint_dataset_file = {
    .name = "dataset_file",
    .begin = begin,
    .answer = answer,
};
