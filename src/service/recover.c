/* At start: makes good what a crash may have left. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "service/internal.h"
#include "sys/log.h"

enum { RECLAIM_MS = 15000 };

/* No worker of an earlier daemon may write, or run beside its successor. */
static int empty_work(struct service *s, struct prune_error *err)
{
    DIR *d = opendir(s->state.work);
    if (!d)
        return err_set(err, PRUNE_E_FAILED, "%s: %s", s->state.work,
                       strerror(errno));
    int rc = 0;
    for (struct dirent *e; !rc && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        char *path = mem_printf("%s/%s", s->state.work, e->d_name);
        rc = path ? s->executor->reclaim(path, RECLAIM_MS, err)
                  : err_memory(err, "a path");
        if (!rc && state_remove(path))
            rc = err_set(err, PRUNE_E_FAILED, "%s: %s", path,
                         strerror(errno));
        mem_free(path);
    }
    closedir(d);
    return rc;
}

static const char too_many[] =
    "{\"type\":\"too-many-attempts\",\"title\":\"The job could not be ended\","
    "\"detail\":\"The daemon stopped in the middle of it three times; "
    "perhaps the job is the cause\"}";

static int end_or_requeue(struct service *s, int64_t seq, int attempt,
                          int canceled, struct prune_error *err)
{
    if (canceled)
        return job_cancel(s->db, seq, err);
    if (attempt >= JOB_ATTEMPTS)
        return job_fail(s->db, seq, too_many, err);
    return job_requeue(s->db, seq, 1, err);
}

/* One running job at a time, until there is none. */
static int requeue_running(struct service *s, struct prune_error *err)
{
    for (;;) {
        sqlite3_stmt *row = db_query(
            s->db, err,
            "SELECT seq, id, attempt, cancel_requested FROM job "
            "WHERE state = 'running' ORDER BY seq LIMIT 1", "");
        int rc = row ? db_step(s->db, row, err) : PRUNE_E_FAILED;
        if (rc != 1)
            return rc;
        int64_t seq = sqlite3_column_int64(row, 0);
        int attempt = sqlite3_column_int(row, 2);
        int canceled = sqlite3_column_int(row, 3);
        log_warn("job-interrupted", "job", db_text(row, 1), "attempt",
                 LOG_INT(attempt));
        db_reset(row);
        rc = end_or_requeue(s, seq, attempt, canceled, err);
        if (rc)
            return rc;
    }
}

int service_recover(struct service *s, struct prune_error *err)
{
    struct blob_sweep sweep = {0};
    int rc = empty_work(s, err);
    if (!rc)
        rc = db_exec(s->db, "BEGIN IMMEDIATE", err);
    if (rc)
        return rc;
    rc = requeue_running(s, err);
    if (!rc)
        rc = blob_sweep(s->db, s->state.blobs, &sweep, err);
    if (!rc)
        rc = db_exec(s->db, "COMMIT", err);
    if (rc && db_in_transaction(s->db))
        (void)db_exec(s->db, "ROLLBACK", NULL);
    if (!rc && (sweep.removed || sweep.missing))
        log_warn("blobs-swept", "removed", LOG_INT(sweep.removed), "missing",
                 LOG_INT(sweep.missing));
    return rc;
}
