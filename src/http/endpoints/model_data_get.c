#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct read_file file = {.fd = -1};
    struct reader *reader = http_reader(r);
    if (!reader || read_model_data_file(reader, r->match.param[0],
                                        r->match.param[1], &file,
                                        &r->answer))
        return HTTP_ANSWER;
    return reply_file(r, &file, "application/octet-stream");
}

const struct endpoint endpoint_model_data_get = {
    .name = "model_data_get",
    .query = "",
    .answer = answer,
};
