#include "http/reply.h"

static enum http_step answer(struct http_request *r)
{
    return reply_read(r, read_job_log, "text/plain; charset=utf-8");
}

const struct endpoint endpoint_job_log = {
    .name = "job_log",
    .query = "",
    .answer = answer,
};
