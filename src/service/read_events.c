/* Replaying what was told about a job. */
#include <stdio.h>

#include "base/alloc.h"
#include "service/reader.h"

void events_done(struct events *e)
{
    for (size_t i = 0; i < e->n; i++)
        mem_free(e->items[i].data);
    mem_free(e->items);
    *e = (struct events){0};
}

static int find_job(struct reader *r, const char *id, int64_t *seq,
                    int *over, struct answer *a)
{
    struct prune_error err = {0};
    sqlite3_stmt *row =
        db_query(r->db, &err,
                 "SELECT seq, finished IS NOT NULL FROM job WHERE id = ?",
                 "t", id);
    int rc = row ? db_step(r->db, row, &err) : PRUNE_E_FAILED;
    if (rc < 0)
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    if (!rc)
        return answer_problem(a, PROBLEM_NOT_FOUND,
                              "There is no job '%.40s'", id);
    *seq = sqlite3_column_int64(row, 0);
    *over = sqlite3_column_int(row, 1);
    db_reset(row);
    return 0;
}

static int take_row(struct events *e, sqlite3_stmt *row)
{
    struct event *event = &e->items[e->n];
    event->id = sqlite3_column_int64(row, 0);
    snprintf(event->type, sizeof event->type, "%s", db_text(row, 1));
    event->data = mem_strdup(db_text(row, 2));
    e->n += event->data != NULL;
    return event->data ? 0 : -1;
}

static int take_rows(struct reader *r, int64_t seq, int64_t after,
                     size_t limit, struct events *e,
                     struct prune_error *err)
{
    e->items = mem_calloc(limit, sizeof *e->items);
    if (!e->items)
        return err_memory(err, "events");
    sqlite3_stmt *rows =
        db_query(r->db, err,
                 "SELECT id, type, data FROM job_event "
                 "WHERE job = ? AND id > ? ORDER BY id LIMIT ?",
                 "iii", seq, after, (int64_t)limit);
    int rc = rows ? 1 : PRUNE_E_FAILED;
    while (rc == 1 && e->n < limit && (rc = db_step(r->db, rows, err)) == 1)
        if (take_row(e, rows)) {
            db_reset(rows);
            return err_memory(err, "events");
        }
    if (rc == 1)
        db_reset(rows);
    return rc < 0 ? rc : 0;
}

int read_events(struct reader *r, const char *job, int64_t after,
                size_t limit, struct events *out, struct answer *a)
{
    enum { MOST = 1000 };
    struct prune_error err = {0};
    struct events e = {0};
    int64_t seq = 0;
    int over = 0;
    if (limit > MOST)
        limit = MOST;
    /* First whether it is over, then the events: one that comes between
     * only makes the end be seen a call later. */
    if (find_job(r, job, &seq, &over, a))
        return -1;
    if (take_rows(r, seq, after, limit, &e, &err)) {
        events_done(&e);
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    }
    e.over = over && e.n < limit;
    *out = e;
    a->status = 200;
    return 0;
}
