#include "http/wait.h"

#include "http/reply.h"

/* ?wait=600, which the one-shot address redirects to, waits for the end of
 * the job. */
static enum http_step answer(struct http_request *r)
{
    long seconds = wait_query(r);
    if (seconds < 0)
        return HTTP_ANSWER;
    if (seconds > 0) {
        wait_begin(r, r->match.param[0], seconds);
        if (wait_job(r, WAIT_END) == HTTP_WAIT)
            return HTTP_WAIT;
        answer_done(&r->answer);
    }
    return reply_read(r, read_job_model, "application/octet-stream");
}

const struct endpoint endpoint_job_model = {
    .name = "job_model",
    .query = "wait",
    .answer = answer,
};
