#ifndef HTTP_WAIT_H
#define HTTP_WAIT_H

#include "http/request.h"

/* Long polls: an answer that waits for a job. */

enum { WAIT_MOST = 600 }; /* seconds */

enum wait_for {
    WAIT_CHANGE, /* another state; with If-None-Match another revision */
    WAIT_END,    /* the job is over */
};

/* Seconds that Prefer: wait=N asks for, at most WAIT_MOST; 0: none. */
long wait_preference(struct http_request *r);

/* Seconds of the query's wait; 0: none; -1 with a problem in r->answer. */
long wait_query(struct http_request *r);

/* Starts the wait at its first call; later calls do nothing. */
void wait_begin(struct http_request *r, const char *job, long seconds);

/* The job named by the first parameter into r->answer, with HTTP_ANSWER; or
 * HTTP_WAIT while a wait is on and what it waits for has not come. */
enum http_step wait_job(struct http_request *r, enum wait_for what);

#endif
