#ifndef SERVICE_SLOT_H
#define SERVICE_SLOT_H

#include "service/internal.h"
#include "service/progress.h"

/* A place where a job runs. */

enum slot_state { SLOT_FREE, SLOT_RUNNING, SLOT_ENDING };

enum slot_stop { STOP_NONE, STOP_CANCEL, STOP_TIME, STOP_DRAIN };

/* What a worker has left, as a pool thread found it. */
struct leavings {
    json_t *report;    /* object, or NULL */
    char *report_text; /* the same as it was written */
    int has_output;
    char output[SHA256_HEX];
    int64_t output_bytes;
    char *log; /* its end, n_log bytes, NUL-terminated */
    size_t n_log;
    struct prune_error trouble;
};

struct slot {
    struct service *s;
    enum slot_state state;
    enum slot_stop stop;
    struct job_claimed job;
    char *folder, *progress_path;
    struct task *task;
    struct task_end end;
    struct progress progress;
    int64_t deadline, kill_at, retry_at, flushed; /* steady; 0: none */
    int retries;
    uv_work_t work;
    int gathered;
    struct leavings left;
};

/* folder.c: everything in work/<id>/ before the worker starts. */
int folder_make(struct slot *slot, struct prune_error *err);

/* leavings.c: pool thread; reads report, output and log. */
void leavings_gather(struct leavings *out, const char *folder, int succeeded);
void leavings_done(struct leavings *l);

/* The problem {type, title, detail} that a failed job gets, as JSON text;
 * NULL when memory is short. */
char *leavings_error(const struct slot *slot);

/* ending.c: a worker has ended; calls slot_free at last. */
void slot_ended(struct slot *slot);
void slot_retry(struct slot *slot, int64_t now);

/* The job ends without a worker: it could not be started. */
int slot_fail(struct slot *slot, const char *type, const char *detail);

/* queue.c */
void slot_free(struct slot *slot);

#endif
