#include "http/stream.h"

#include "http/reply.h"
#include "http/text.h"

static enum http_step answer(struct http_request *r)
{
    uint64_t after = 0;
    const char *last = http_header(r, "Last-Event-ID");
    struct reader *reader = http_reader(r);
    if (!reader || read_job(reader, r->match.param[0], &r->answer))
        return HTTP_ANSWER;
    answer_done(&r->answer);
    if (last && *last && (http_u64(&after, last) || after > INT64_MAX))
        return reply_problem(r, PROBLEM_BAD_REQUEST,
                             "Last-Event-ID is no id of an event");
    return stream_open(r, r->match.param[0], (int64_t)after);
}

const struct endpoint endpoint_job_events = {
    .name = "job_events",
    .query = "",
    .answer = answer,
};
