#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (reader)
        read_graph(reader, r->match.param[0], &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_model_graph = {
    .name = "model_graph",
    .query = "",
    .answer = answer,
};
