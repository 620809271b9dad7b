#ifndef EXECUTOR_EXECUTOR_H
#define EXECUTOR_EXECUTOR_H

#include <uv.h>

#include "base/err.h"

/* Ways to run `prune worker FOLDER`. One kind = one file that ends in one
 * const struct executor and one row in executors.tbl. All is called on, and
 * calls back on, the loop thread. */

/* One worker at work; the executor's until `ended` has returned. */
struct task;

struct task_end {
    int status; /* exit status, when signal is 0 */
    int signal; /* what killed it, or 0 */
};

typedef void task_end_f(void *data, const struct task_end *end);

struct task_request {
    uv_loop_t *loop;
    const char *program; /* path of `prune` */
    const char *folder;  /* absolute; holds job.json and input.onnx */
    int threads;
    task_end_f *ended; /* once, after start has succeeded */
    void *data;
};

struct executor {
    const char *name, *summary;

    /* Starts a worker whose output goes to FOLDER/log. */
    int (*start)(struct task **out, const struct task_request *request,
                 struct prune_error *err);

    /* Sends SIGTERM or SIGKILL to the worker and all that it started. */
    void (*stop)(struct task *task, int signal);

    /* Before a folder of an earlier daemon is used again or removed: makes
     * sure that no worker still writes to it. May block for `wait_ms`. */
    int (*reclaim)(const char *folder, int wait_ms, struct prune_error *err);
};

/* By name, or NULL. */
const struct executor *executor_find(const char *name);

#endif
