/* The folder of a running job: work/<id>/. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/slot.h"
#include "sys/log.h"

/* A hard link keeps the bytes for the worker whatever happens to the name;
 * blobs are read-only, so that it cannot change them by mistake. */
int folder_link(const struct service *s, const char *folder, const char *hex,
                const char *name, struct prune_error *err)
{
    char *from = blob_path(s->state.blobs, hex);
    char *to = mem_printf("%s/%s", folder, name);
    int rc = 0;
    if (!from || !to)
        rc = err_memory(err, "a path");
    else if (link(from, to) &&
             ((errno != EPERM && errno != EXDEV && errno != EMLINK) ||
              symlink(from, to)))
        rc = err_set(err, PRUNE_E_FAILED, "%s: %s", from, strerror(errno));
    mem_free(from);
    mem_free(to);
    return rc;
}

static int put_limits(json_t *o, const struct config *c, int64_t threads)
{
    json_t *limits = json_object();
    if (json_put_int(limits, "memory_bytes", c->job_memory) ||
        json_put_int(limits, "cpu_seconds",
                     c->job_seconds * (threads > 0 ? threads : 1) + 10) ||
        json_put_int(limits, "file_bytes", c->job_file) ||
        json_put_int(limits, "wall_seconds", c->job_seconds)) {
        json_decref(limits);
        return -1;
    }
    return json_put(o, "limits", limits);
}

static int put_data(json_t *o, const struct slot *slot)
{
    if (!slot->job.dataset_sha256)
        return 0;
    char *path = mem_printf("%s/data.npz", slot->folder);
    int rc = json_put_text(o, "data", path);
    mem_free(path);
    if (rc || !slot->job.dataset_settings)
        return rc;
    return json_put(o, "data_settings",
                    json_loads(slot->job.dataset_settings, 0, NULL));
}

/* job.json is flat: settings and target stand beside the rest. */
static json_t *job_json(const struct slot *slot)
{
    const struct job_claimed *job = &slot->job;
    const struct service *s = slot->s;
    json_t *o = json_loads(job->settings, 0, NULL);
    json_t *target = json_loads(job->target, 0, NULL);
    int rc = !o || !target || json_object_update(o, target) ||
             json_put_text(o, "id", job->id) ||
             json_put_text(o, "technique", job->technique) ||
             put_data(o, slot) ||
             json_put_text(o, "measure_lock", s->state.measure_lock) ||
             put_limits(o, s->config, json_int(o, "threads", 1));
    json_decref(target);
    if (rc) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* Not synced: after a crash the folder is made anew. */
static int write_job(struct slot *slot, struct prune_error *err)
{
    json_t *o = job_json(slot);
    char *path = mem_printf("%s/job.json", slot->folder);
    int rc = 0;
    if (!o || !path)
        rc = err_memory(err, "a job");
    else if (json_dump_file(o, path,
                            JSON_COMPACT | JSON_REAL_PRECISION(10)))
        rc = err_set(err, PRUNE_E_FAILED, "%s: cannot be written", path);
    json_decref(o);
    mem_free(path);
    return rc;
}

/* Those that the job's model had beside it when it was accepted. */
static int link_files(struct slot *slot, struct prune_error *err)
{
    struct service *s = slot->s;
    sqlite3_stmt *rows =
        db_query(s->db, err,
                 "SELECT name, sha256 FROM job_file WHERE job = ?", "i",
                 slot->job.seq);
    int rc = rows ? 1 : PRUNE_E_FAILED;
    while (rc == 1 && (rc = db_step(s->db, rows, err)) == 1) {
        int bad = folder_link(s, slot->folder, db_text(rows, 1),
                              db_text(rows, 0), err);
        if (bad) {
            db_reset(rows);
            return bad;
        }
    }
    return rc;
}

int folder_make(struct slot *slot, struct prune_error *err)
{
    const struct job_claimed *job = &slot->job;
    slot->folder = mem_printf("%s/%s", slot->s->state.work, job->id);
    slot->progress_path =
        mem_printf("%s/%s/progress.jsonl", slot->s->state.work, job->id);
    if (!slot->folder || !slot->progress_path)
        return err_memory(err, "a path");
    if (state_remove(slot->folder) || mkdir(slot->folder, 0700))
        return err_set(err, PRUNE_E_FAILED, "%s: %s", slot->folder,
                       strerror(errno));
    int rc = folder_link(slot->s, slot->folder, job->model_sha256,
                         "input.onnx", err);
    if (!rc && job->dataset_sha256)
        rc = folder_link(slot->s, slot->folder, job->dataset_sha256,
                         "data.npz", err);
    if (!rc)
        rc = link_files(slot, err);
    return rc ? rc : write_job(slot, err);
}

/* --- removing --------------------------------------------------------- */

struct removal {
    uv_work_t work;
    struct service *s;
    char *path;
};

static void remove_work(uv_work_t *work)
{
    struct removal *r = work->data;
    if (state_remove(r->path))
        log_warn("work-not-removed", "path", r->path, "why",
                 strerror(errno));
}

static void removed(uv_work_t *work, int status)
{
    (void)status;
    struct removal *r = work->data;
    r->s->busy_works--;
    mem_free(r->path);
    mem_free(r);
}

void folder_remove(struct service *s, char *path)
{
    if (!path)
        return;
    struct removal *r = mem_new(sizeof *r);
    if (r) {
        r->s = s;
        r->path = path;
        r->work.data = r;
        if (!uv_queue_work(&s->loop, &r->work, remove_work, removed)) {
            s->busy_works++;
            return;
        }
    }
    (void)state_remove(path); /* what stays is removed at the next start */
    mem_free(path);
    mem_free(r);
}
