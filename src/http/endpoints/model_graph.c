#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "");
}

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (reader)
        read_graph(reader, r->match.param[0], &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_model_graph = {
    .name = "model_graph",
    .begin = begin,
    .answer = answer,
};
