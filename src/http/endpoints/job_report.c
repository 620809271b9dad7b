#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "");
}

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (reader)
        read_job_report(reader, r->match.param[0], &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_job_report = {
    .name = "job_report",
    .begin = begin,
    .answer = answer,
};
