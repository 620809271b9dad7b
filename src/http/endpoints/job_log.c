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
        read_job_log(reader, r->match.param[0], &file, &r->answer))
        return HTTP_ANSWER;
    return reply_file(r, &file, "text/plain; charset=utf-8");
}

const struct endpoint endpoint_job_log = {
    .name = "job_log",
    .begin = begin,
    .answer = answer,
};
