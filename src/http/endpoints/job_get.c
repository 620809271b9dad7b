#include "http/wait.h"

static enum http_step answer(struct http_request *r)
{
    long seconds = wait_preference(r);
    if (seconds > 0)
        wait_begin(r, r->match.param[0], seconds);
    r->applied = seconds > 0 ? (int)seconds : 0;
    return wait_job(r, WAIT_CHANGE);
}

const struct endpoint endpoint_job_get = {
    .name = "job_get",
    .query = "",
    .answer = answer,
};
