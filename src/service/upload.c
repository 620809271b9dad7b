/* Uploads as HTTP sees them, and their way to the transaction. */
#include "service/upload.h"

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/model_files.h"
#include "service/read.h"
#include "service/reader.h"
#include "service/rows.h"
#include "service/upload_internal.h"
#include "sys/fault.h"
#include "sys/log.h"

enum { ROOM_CHECK = 8 << 20 };

static int refuse_full(struct answer *a, const struct prune_error *err,
                       int rc)
{
    log_warn("upload-refused", "detail", err->text);
    return answer_problem(a, rc == BLOB_FULL ? PROBLEM_DISK_FULL
                                             : PROBLEM_INTERNAL,
                          "%s", err->text);
}

static int refuse_large(const struct upload *u, struct answer *a)
{
    return answer_problem(a, PROBLEM_TOO_LARGE,
                          "The body is larger than the %lld bytes allowed",
                          (long long)u->s->config->max_upload);
}

static int take_file(struct upload *u, const char *file, struct answer *a)
{
    if (!file || !model_file_name_is_valid(file))
        return answer_problem(a, PROBLEM_INVALID_NAME,
                              "'%.140s' cannot lie beside a model: a name "
                              "is 1 to 128 characters of A-Z a-z 0-9 . _ -, "
                              "does not begin with a dot, and is none that "
                              "a job's folder or an address has, such as "
                              "input.onnx or graph", file ? file : "");
    strcpy(u->file, file);
    return 0;
}

static int take_name(struct upload *u, const char *name, const char *file,
                     struct answer *a)
{
    if (u->kind == UPLOAD_PRUNE)
        return 0;
    if (!name || !name_is_valid(name))
        return answer_problem(a, PROBLEM_INVALID_NAME,
                              "'%.140s' is not 1 to 128 characters of A-Z "
                              "a-z 0-9 . _ -, or begins with a dot",
                              name ? name : "");
    strcpy(u->name, name);
    return u->kind == UPLOAD_DATA ? take_file(u, file, a) : 0;
}

/* If-None-Match: * holds in the transaction too; here it saves the body. */
static int check_new(struct upload *u, struct answer *a)
{
    if (!u->only_if_new || u->kind == UPLOAD_PRUNE)
        return 0;
    struct reader *r = service_reader(u->s, a);
    if (!r)
        return -1;
    struct prune_error err = {0};
    char hex[SHA256_HEX];
    int rc =
        u->kind == UPLOAD_MODEL
            ? model_resolve(reader_db(r), u->name, hex, &err)
        : u->kind == UPLOAD_DATA
            ? model_file_resolve(reader_db(r), u->name, u->file, hex, &err)
            : dataset_resolve(reader_db(r), u->name, hex, NULL, &err);
    if (rc < 0)
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    return rc ? answer_problem(a, PROBLEM_PRECONDITION_FAILED,
                               "There is a '%s' already",
                               u->file[0] ? u->file : u->name)
              : 0;
}

static int take_job(struct upload *u, const json_t *settings,
                    struct answer *a)
{
    struct settings_context context;
    settings_context_fill(&context, u->s);
    json_t *none = settings ? NULL : json_object();
    int rc = settings_read(&u->plan, &context, settings ? settings : none, 1,
                           a);
    json_decref(none);
    if (rc)
        return rc;
    if (u->plan.model)
        return answer_problem(a, PROBLEM_INVALID_SETTING,
                              "model is not given here: it is the body");
    if (u->plan.group)
        return answer_problem(a, PROBLEM_INVALID_SETTING,
                              "/v1/prune runs one job; use POST /v1/jobs "
                              "for technique=all and lists");
    return 0;
}

static int take_settings(struct upload *u, const json_t *settings,
                         struct answer *a)
{
    if (u->kind == UPLOAD_PRUNE)
        return take_job(u, settings, a);
    if (u->kind == UPLOAD_DATASET) {
        u->dataset_settings = dataset_settings_read(settings, a);
        return u->dataset_settings ? 0 : -1;
    }
    if (json_object_size(settings))
        return answer_problem(a, PROBLEM_INVALID_SETTING,
                              "A model takes no settings");
    return 0;
}

/* The queue and the data set of a one-shot job. The transaction looks
 * again; here it saves the body. */
static int check_job(struct upload *u, struct answer *a)
{
    struct prune_error err = {0};
    char hex[SHA256_HEX];
    int64_t queued;
    if (u->kind != UPLOAD_PRUNE)
        return 0;
    struct reader *r = service_reader(u->s, a);
    if (!r)
        return -1;
    if (job_count_queued(reader_db(r), &queued, &err))
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    if (queued >= u->s->config->max_queue)
        return answer_queue_full(a, queued, u->s->config->max_queue);
    const char *data = u->plan.dataset;
    int rc = data ? dataset_resolve(reader_db(r), data, hex, NULL, &err) : 1;
    if (rc < 0)
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    return rc ? 0 : answer_no_dataset(a, data);
}

/* What can be known before the body is read. */
static int check(struct upload *u, const struct upload_request *q,
                 struct answer *a)
{
    if (atomic_load(&u->s->draining))
        return answer_draining(a);
    if (take_name(u, q->name, q->file, a) || take_settings(u, q->settings, a))
        return -1;
    if (q->size > u->s->config->max_upload)
        return refuse_large(u, a);
    struct prune_error err = {0};
    int rc = blob_room(u->s->state.blobs, q->size > 0 ? q->size : 0,
                       u->s->config->reserve, &err);
    if (rc)
        return refuse_full(a, &err, rc);
    return check_new(u, a) || check_job(u, a) ? -1 : 0;
}

static void upload_free(struct change *c)
{
    struct upload *u = (struct upload *)c;
    /* Not before: a file without a name that has lost its last one in the
     * folder could not be given another. */
    if (u->folder)
        folder_remove(u->s, u->folder);
    u->folder = NULL;
    upload_settled(u);
    blob_file_drop(&u->blob);
    settings_done(&u->plan);
    mem_free(u->dataset_settings);
    mem_free(u->summary);
    mem_free(u->graph);
    mem_free(u->own_summary);
    mem_free(u->own_graph);
    mem_free(u);
}

int upload_begin(struct upload **out, struct service *s,
                 const struct upload_request *q, struct answer *refusal)
{
    struct upload *u = mem_new(sizeof *u);
    if (!u)
        return answer_problem(refusal, PROBLEM_INTERNAL, "Memory is short");
    u->s = s;
    u->kind = q->kind;
    u->only_if_new = q->only_if_new;
    u->blob.fd = -1;
    if (q->sha256)
        strncpy(u->expected, q->sha256, sizeof u->expected - 1);
    struct prune_error err = {0};
    int rc = check(u, q, refusal);
    if (!rc && (rc = blob_file_begin(&u->blob, s->state.blobs, &err)))
        rc = refuse_full(refusal, &err, rc);
    if (rc) {
        upload_free(&u->change);
        return -1;
    }
    fault_point("upload-begun");
    *out = u;
    return 0;
}

int upload_write(struct upload *u, const void *bytes, size_t n,
                 struct answer *refusal)
{
    struct prune_error err = {0};
    const struct config *config = u->s->config;
    if ((int64_t)n > config->max_upload - u->blob.bytes)
        return refuse_large(u, refusal);
    int rc = 0;
    if (u->blob.bytes - u->checked >= ROOM_CHECK) {
        u->checked = u->blob.bytes;
        rc = blob_room(u->s->state.blobs, 0, config->reserve, &err);
    }
    if (!rc)
        rc = blob_file_write(&u->blob, bytes, n, &err);
    return rc ? refuse_full(refusal, &err, rc) : 0;
}

void upload_drop(struct upload *u)
{
    if (u)
        upload_free(&u->change);
}

/* --- on the loop ------------------------------------------------------ */

static void back(struct upload *u)
{
    u->s->busy_works--;
    change_continue(u->s, &u->change);
}

void upload_looked(struct upload *u)
{
    fault_point("upload-inspected");
    back(u);
}

static void sync_work(uv_work_t *work)
{
    struct upload *u = work->data;
    u->sync_result = blob_file_sync(&u->blob, &u->error);
}

static void synced(uv_work_t *work, int status)
{
    (void)status; /* never canceled */
    struct upload *u = work->data;
    fault_point("upload-synced");
    if (u->sync_result) {
        refuse_full(&u->change.answer, &u->error, u->sync_result);
        back(u);
        return;
    }
    upload_look(u);
}

static void start(struct service *s, struct change *c)
{
    struct upload *u = (struct upload *)c;
    s->busy_works++;
    if (u->expected[0] && strcmp(u->expected, u->blob.hex) != 0) {
        answer_problem(&c->answer, PROBLEM_DIGEST_MISMATCH,
                       "sha256:%s was announced, sha256:%s arrived",
                       u->expected, u->blob.hex);
        back(u);
        return;
    }
    u->work.data = u;
    if (uv_queue_work(&s->loop, &u->work, sync_work, synced)) {
        answer_problem(&c->answer, PROBLEM_INTERNAL, "No thread is free");
        back(u);
    }
}

int service_post_upload(struct service *s, struct upload *u,
                        service_done_f *done, void *data)
{
    blob_file_end(&u->blob);
    u->change.start = start;
    u->change.run = upload_keep;
    u->change.free = upload_free;
    u->change.done = done;
    u->change.data = data;
    return change_post(s, &u->change);
}
