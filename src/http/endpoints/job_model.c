#include "http/wait.h"

#include "http/reply.h"

static int begin(struct http_request *r)
{
    return http_query_only(r, "wait");
}

static enum http_step send_model(struct http_request *r)
{
    struct read_file file = {.fd = -1};
    struct reader *reader = http_reader(r);
    if (!reader ||
        read_job_model(reader, r->match.param[0], &file, &r->answer))
        return HTTP_ANSWER;
    return reply_file(r, &file, "application/octet-stream");
}

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
    return send_model(r);
}

const struct endpoint endpoint_job_model = {
    .name = "job_model",
    .begin = begin,
    .answer = answer,
};
