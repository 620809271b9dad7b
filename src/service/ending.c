/* The end of a job: what the worker left is gathered on a pool thread, then
 * rows and files change in one transaction. A store that fails is tried
 * again, for the job must end. */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/slot.h"
#include "sys/clock.h"
#include "sys/fault.h"
#include "sys/log.h"

enum { RETRY_MS = 1000, MOST_RETRIES = 5 };

struct end_change {
    struct change change;
    struct slot *slot;
    const char *error; /* JSON: fail with this, whatever was left */
};

static int succeed(struct service *s, struct slot *slot,
                   struct prune_error *err)
{
    struct leavings *l = &slot->left;
    char *path = mem_printf("%s/output.onnx", slot->folder);
    if (!path)
        return err_memory(err, "a path");
    service_suspect(s, l->output);
    int rc = blob_link(s->state.blobs, l->output, path, err);
    mem_free(path);
    fault_point("output-linked");
    if (!rc)
        rc = blob_insert(s->db, l->output, l->output_bytes, err);
    if (!rc)
        rc = job_succeed(s->db, slot->job.seq, l->report_text, l->output,
                         err);
    return rc;
}

static int fail(struct service *s, struct slot *slot, const char *error,
                struct prune_error *err)
{
    char *mine = error ? NULL : leavings_error(slot);
    int rc = error || mine ? job_fail(s->db, slot->job.seq,
                                      error ? error : mine, err)
                           : err_memory(err, "an error");
    mem_free(mine);
    return rc;
}

static int keep_end(struct service *s, struct slot *slot, const char *error,
                    struct prune_error *err)
{
    int done = slot->left.has_output && slot->end.status == 0 &&
               slot->end.signal == 0;
    if (error)
        return fail(s, slot, error, err);
    if (done)
        return succeed(s, slot, err);
    if (slot->stop == STOP_DRAIN)
        return job_requeue(s->db, slot->job.seq, 0, err);
    if (slot->stop == STOP_CANCEL)
        return job_cancel(s->db, slot->job.seq, err);
    return fail(s, slot, NULL, err);
}

static void end_run(struct service *s, struct change *c)
{
    struct end_change *e = (struct end_change *)c;
    struct slot *slot = e->slot;
    struct prune_error err = {0};
    int rc = progress_store(&slot->progress, s->db, slot->job.seq, &err);
    if (!rc)
        rc = job_set_log(s->db, slot->job.seq,
                         slot->left.log ? slot->left.log : "",
                         slot->left.n_log, &err);
    if (!rc)
        rc = keep_end(s, slot, e->error, &err);
    if (rc)
        answer_store(&c->answer, s, &err);
    else
        c->answer.status = 200;
    service_touch(s, slot->job.id);
}

static int run_end(struct slot *slot, const char *error)
{
    struct end_change e = {.change.run = end_run, .slot = slot,
                           .error = error};
    int rc = change_run(slot->s, &e.change);
    if (!rc && e.change.answer.status >= 400)
        rc = PRUNE_E_FAILED;
    answer_done(&e.change.answer);
    return rc;
}

static char *error_text(const char *type, const char *detail)
{
    json_t *o = json_object();
    char *text = NULL;
    if (!json_put_text(o, "type", type) &&
        !json_put_text(o, "title", "The job could not be run") &&
        !json_put_text(o, "detail", detail))
        text = json_dump(o);
    json_decref(o);
    return text;
}

static void try_end(struct slot *slot)
{
    int rc = run_end(slot, NULL);
    if (rc && slot->retries >= MOST_RETRIES && !atomic_load(&slot->s->unwell)) {
        /* Not the store but this result is the trouble. */
        char *text = error_text("failed", "Its result cannot be stored");
        rc = run_end(slot, text);
        mem_free(text);
    }
    if (rc) {
        slot->retries++;
        slot->retry_at = clock_steady() + RETRY_MS;
        return;
    }
    fault_point("job-finished");
    log_info("job-ended", "job", slot->job.id, "status",
             LOG_INT(slot->end.status), "signal", LOG_INT(slot->end.signal));
    slot_free(slot);
}

static void gather_work(uv_work_t *work)
{
    struct slot *slot = work->data;
    leavings_gather(&slot->left, slot->folder,
                    !slot->end.status && !slot->end.signal);
}

static void gathered(uv_work_t *work, int status)
{
    (void)status;
    struct slot *slot = work->data;
    slot->gathered = 1;
    try_end(slot);
}

void slot_ended(struct slot *slot)
{
    fault_point("worker-exited");
    slot->state = SLOT_ENDING;
    slot->task = NULL;
    progress_read_rest(&slot->progress, slot->progress_path);
    slot->work.data = slot;
    if (uv_queue_work(&slot->s->loop, &slot->work, gather_work, gathered)) {
        gather_work(&slot->work);
        gathered(&slot->work, 0);
    }
}

void slot_retry(struct slot *slot, int64_t now)
{
    if (slot->retry_at && now >= slot->retry_at) {
        slot->retry_at = 0;
        try_end(slot);
    }
}

int slot_fail(struct slot *slot, const char *type, const char *detail)
{
    char *text = error_text(type, detail);
    int rc = run_end(slot, text);
    mem_free(text);
    return rc;
}
