#ifndef EXECUTOR_CHILD_H
#define EXECUTOR_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/err.h"

/* A short child whose output is wanted: `prune describe`, `prune inspect`.
 * Bounded in time, memory, processor time and output. */

struct child_end {
    int status;     /* exit status, when signal is 0 */
    int signal;     /* what killed it, or 0 */
    int timed_out;  /* it was we, for its time was over */
    int overflowed; /* it was we, for it wrote too much */
    const char *out, *err; /* what it wrote; valid during the call */
    size_t n_out, n_err;
};

typedef void child_end_f(void *data, const struct child_end *end);

struct child_request {
    uv_loop_t *loop;
    const char *const *args; /* args[0] is the program; ends in NULL */
    int fd;                  /* becomes descriptor 3; -1: none */
    int64_t memory_bytes;    /* address space; 0: as ours */
    int64_t cpu_seconds;     /* 0: as ours */
    int64_t wall_ms;         /* 0: for ever */
    size_t most_output;      /* of standard output */
    child_end_f *ended;      /* once, on the loop */
    void *data;
};

/* A child that can be given up: then `ended` comes soon, with a signal. */
struct child;

int child_start(struct child **out, const struct child_request *request,
                struct prune_error *err);
void child_kill(struct child *c);

#endif
