#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (reader)
        read_job_report(reader, r->match.param[0], &r->answer);
    return HTTP_ANSWER;
}

const struct endpoint endpoint_job_report = {
    .name = "job_report",
    .query = "",
    .answer = answer,
};
