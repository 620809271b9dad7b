#include "store/job.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "sys/clock.h"

int job_add_event(struct db *db, int64_t seq, const char *type,
                  const char *data, struct prune_error *err)
{
    return db_run(db, err,
                  "INSERT INTO job_event (job, type, data) VALUES (?, ?, ?)",
                  "itt", seq, type, data);
}

/* The event of the state that the row has now. */
static int add_state_event(struct db *db, int64_t seq,
                           struct prune_error *err)
{
    char now[CLOCK_TEXT];
    return db_run(
        db, err,
        "INSERT INTO job_event (job, type, data) SELECT seq, 'state', "
        "json_patch(json_object('t', ?2, 'state', state, 'attempt', attempt), "
        "json_object('error', json(error))) FROM job WHERE seq = ?1",
        "it", seq, clock_text(now, clock_now()));
}

static int insert_files(struct db *db, int64_t seq, const struct job_new *job,
                        struct prune_error *err)
{
    if (!job->files_of)
        return 0;
    return db_run(
        db, err,
        "INSERT INTO job_file (job, name, sha256) SELECT ?1, f.name, f.sha256 "
        "FROM model_file f WHERE f.model = ?2 AND f.name IN "
        "(SELECT e.value ->> '$.file' FROM model_info i, "
        "json_each(i.summary, '$.external_data') e WHERE i.sha256 = ?3)",
        "itt", seq, job->files_of, job->model_sha256);
}

int job_insert(struct db *db, const struct job_new *job,
               struct prune_error *err)
{
    int rc = db_run(
        db, err,
        "INSERT INTO job (id, group_id, model, model_sha256, dataset, "
        "dataset_sha256, dataset_settings, technique, target, settings, "
        "created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "tttttttttti", job->id, job->group, job->model, job->model_sha256,
        job->dataset, job->dataset_sha256, job->dataset_settings,
        job->technique, job->target, job->settings, clock_now());
    int64_t seq = db_last_row(db);
    if (!rc)
        rc = insert_files(db, seq, job, err);
    return rc ? rc : add_state_event(db, seq, err);
}

int job_count_queued(struct db *db, int64_t *out, struct prune_error *err)
{
    return db_number(db, out, 0, err,
                     "SELECT count(*) FROM job WHERE state = 'queued'", "");
}

static char *copy(sqlite3_stmt *row, int column, int *short_of_memory)
{
    const char *text = db_text_or_null(row, column);
    char *mine = text ? mem_strdup(text) : NULL;
    if (text && !mine)
        *short_of_memory = 1;
    return mine;
}

static int claimed_read(struct job_claimed *c, sqlite3_stmt *row,
                        struct prune_error *err)
{
    int lost = 0;
    c->seq = sqlite3_column_int64(row, 0);
    snprintf(c->id, sizeof c->id, "%s", db_text(row, 1));
    c->attempt = sqlite3_column_int(row, 2);
    c->technique = copy(row, 3, &lost);
    c->target = copy(row, 4, &lost);
    c->settings = copy(row, 5, &lost);
    c->model_sha256 = copy(row, 6, &lost);
    c->dataset_sha256 = copy(row, 7, &lost);
    c->dataset_settings = copy(row, 8, &lost);
    return lost ? err_memory(err, "a job") : 0;
}

int job_claim(struct db *db, struct job_claimed *out, int *found,
              struct prune_error *err)
{
    sqlite3_stmt *row = db_query(
        db, err,
        "UPDATE job SET state = 'running', attempt = attempt + 1, "
        "started = ?, progress = NULL, revision = revision + 1 "
        "WHERE seq = (SELECT seq FROM job WHERE state = 'queued' "
        "ORDER BY seq LIMIT 1) "
        "RETURNING seq, id, attempt, technique, target, settings, "
        "model_sha256, dataset_sha256, dataset_settings",
        "i", clock_now());
    if (!row)
        return PRUNE_E_FAILED;
    int rc = db_step(db, row, err);
    if (rc <= 0) {
        *found = 0;
        return rc;
    }
    struct job_claimed c = {0};
    rc = claimed_read(&c, row, err);
    db_reset(row);
    if (!rc)
        rc = add_state_event(db, c.seq, err);
    if (rc) {
        job_claimed_done(&c);
        return rc;
    }
    *out = c;
    *found = 1;
    return 0;
}

void job_claimed_done(struct job_claimed *c)
{
    mem_free(c->technique);
    mem_free(c->target);
    mem_free(c->settings);
    mem_free(c->model_sha256);
    mem_free(c->dataset_sha256);
    mem_free(c->dataset_settings);
    *c = (struct job_claimed){0};
}

int job_set_progress(struct db *db, int64_t seq, const char *progress,
                     struct prune_error *err)
{
    return db_run(db, err,
                  "UPDATE job SET progress = ?, revision = revision + 1 "
                  "WHERE seq = ?",
                  "ti", progress, seq);
}

int job_set_log(struct db *db, int64_t seq, const void *text, size_t n,
                struct prune_error *err)
{
    return db_run(db, err,
                  "INSERT OR REPLACE INTO job_log (job, text) VALUES (?, ?)",
                  "ib", seq, text, n);
}

/* `rc` of the update, then the event. A row that was not in the state
 * asked for is a mistake of ours and must not pass. */
static int moved(struct db *db, int64_t seq, int rc, struct prune_error *err)
{
    if (rc)
        return rc;
    if (db_changes(db) != 1)
        return err_set(err, PRUNE_E_FAILED,
                       "job %lld is not in the state that this needs",
                       (long long)seq);
    return add_state_event(db, seq, err);
}

int job_succeed(struct db *db, int64_t seq, const char *report,
                const char *output_sha256, struct prune_error *err)
{
    return moved(db, seq,
                 db_run(db, err,
                        "UPDATE job SET state = 'succeeded', report = ?, "
                        "output_sha256 = ?, finished = ?, "
                        "revision = revision + 1 "
                        "WHERE seq = ? AND state = 'running'",
                        "ttii", report, output_sha256, clock_now(), seq),
                 err);
}

int job_fail(struct db *db, int64_t seq, const char *error,
             struct prune_error *err)
{
    return moved(db, seq,
                 db_run(db, err,
                        "UPDATE job SET state = 'failed', error = ?, "
                        "finished = ?, revision = revision + 1 "
                        "WHERE seq = ? AND state IN ('queued', 'running')",
                        "tii", error, clock_now(), seq),
                 err);
}

int job_cancel(struct db *db, int64_t seq, struct prune_error *err)
{
    return moved(db, seq,
                 db_run(db, err,
                        "UPDATE job SET state = 'canceled', "
                        "cancel_requested = 1, finished = ?, "
                        "revision = revision + 1 "
                        "WHERE seq = ? AND state IN ('queued', 'running')",
                        "ii", clock_now(), seq),
                 err);
}

int job_request_cancel(struct db *db, int64_t seq, struct prune_error *err)
{
    return db_run(db, err,
                  "UPDATE job SET cancel_requested = 1, "
                  "revision = revision + 1 "
                  "WHERE seq = ? AND state = 'running'",
                  "i", seq);
}

int job_requeue(struct db *db, int64_t seq, int counted,
                struct prune_error *err)
{
    return moved(db, seq,
                 db_run(db, err,
                        "UPDATE job SET state = 'queued', started = NULL, "
                        "progress = NULL, attempt = max(0, attempt - ?), "
                        "revision = revision + 1 "
                        "WHERE seq = ? AND state = 'running'",
                        "ii", (int64_t)!counted, seq),
                 err);
}

int job_delete(struct db *db, int64_t seq, struct prune_error *err)
{
    return db_run(db, err, "DELETE FROM job WHERE seq = ?", "i", seq);
}
