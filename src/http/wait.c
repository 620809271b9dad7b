#include "http/wait.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "http/text.h"
#include "sys/clock.h"

long wait_preference(struct http_request *r)
{
    long n = http_preference(http_header(r, "Prefer"), "wait");
    return n < 0 ? 0 : n < WAIT_MOST ? n : WAIT_MOST;
}

long wait_query(struct http_request *r)
{
    uint64_t n = 0;
    const char *text = http_query(r, "wait");
    if (text && (http_u64(&n, text) || n > WAIT_MOST))
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                              "wait is '%.40s'; it is a number of seconds "
                              "up to %d", text, WAIT_MOST);
    return (long)n;
}

void wait_begin(struct http_request *r, const char *job, long seconds)
{
    if (r->waiting || strlen(job) >= sizeof r->watch.job)
        return;
    r->waiting = 1;
    r->deadline = clock_steady() + seconds * 1000;
    r->watch.wake = http_wake;
    r->watch.data = r;
    r->watch.deadline = r->deadline;
    strcpy(r->watch.job, job);
    service_watch(r->service, &r->watch);
}

static int is_over(const char *state)
{
    return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

/* Whether what a client has in hand (If-None-Match) is this revision. */
static int is_known(const struct http_request *r)
{
    char etag[32];
    const char *had = http_header(r, "If-None-Match");
    snprintf(etag, sizeof etag, "\"%lld\"", (long long)r->answer.revision);
    return had && !strcmp(had, etag);
}

/* Whether the wait is over, seeing the job as it is now. */
static int reached(struct http_request *r, enum wait_for what)
{
    const char *state = json_text(r->answer.body, "state", "");
    if (is_over(state))
        return 1;
    if (what == WAIT_END)
        return 0;
    if (http_header(r, "If-None-Match"))
        return !is_known(r);
    if (!*r->seen)
        snprintf(r->seen, sizeof r->seen, "%s", state);
    return strcmp(r->seen, state) != 0;
}

enum http_step wait_job(struct http_request *r, enum wait_for what)
{
    struct reader *reader = http_reader(r);
    if (!reader || read_job(reader, r->match.param[0], &r->answer))
        return HTTP_ANSWER;
    if (!r->waiting || reached(r, what) || http_closing(r) ||
        clock_steady() >= r->deadline)
        return HTTP_ANSWER;
    answer_done(&r->answer);
    return HTTP_WAIT;
}
