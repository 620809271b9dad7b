/* Changes of jobs: new ones, cancel, delete. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/internal.h"
#include "service/model_files.h"
#include "service/rows.h"

/* --- new jobs --------------------------------------------------------- */

/* What the jobs of one request have in common. */
struct inserting {
    struct service *s;
    const struct settings_plan *plan;
    char model_hex[SHA256_HEX], dataset_hex[SHA256_HEX];
    char files_of[129]; /* the name whose files the model has, or empty */
    char *dataset_settings;
    char group[ID_TEXT];
};

int answer_draining(struct answer *a)
{
    answer_problem(a, PROBLEM_DRAINING, "The daemon is stopping");
    a->retry_after = 10;
    return -1;
}

int answer_queue_full(struct answer *a, int64_t queued, int64_t most)
{
    answer_problem(a, PROBLEM_QUEUE_FULL,
                   "%lld jobs are queued, of %lld allowed",
                   (long long)queued, (long long)most);
    a->retry_after = 30;
    return -1;
}

int answer_no_dataset(struct answer *a, const char *name)
{
    answer_problem(a, PROBLEM_UNKNOWN_DATASET,
                   "There is no data set '%.140s'; upload it with PUT "
                   "/v1/datasets/{name}", name);
    answer_blame(a, "/dataset", "names no data set");
    return -1;
}

/* Room in the queue for `wanted` more. */
static int check_queue(struct service *s, size_t wanted, struct answer *a)
{
    struct prune_error err = {0};
    int64_t queued;
    if (atomic_load(&s->draining))
        return answer_draining(a);
    if (job_count_queued(s->db, &queued, &err))
        return answer_store(a, s, &err);
    if (queued + (int64_t)wanted <= s->config->max_queue)
        return 0;
    return answer_queue_full(a, queued, s->config->max_queue);
}

static int check_present(struct service *s, const char *hex,
                         const char *what, struct answer *a)
{
    struct prune_error err = {0};
    int present;
    if (blob_is_present(s->db, hex, &present, &err))
        return answer_store(a, s, &err);
    if (!present)
        return answer_problem(a, PROBLEM_FILE_MISSING,
                              "The file of this %s is gone; upload it again",
                              what);
    return 0;
}

static int resolve_dataset(struct inserting *i, struct answer *a)
{
    struct service *s = i->s;
    struct prune_error err = {0};
    const char *name = i->plan->dataset;
    if (!name)
        return 0;
    int rc = dataset_resolve(s->db, name, i->dataset_hex,
                             &i->dataset_settings, &err);
    if (rc < 0)
        return answer_store(a, s, &err);
    if (!rc)
        return answer_no_dataset(a, name);
    return check_present(s, i->dataset_hex, "data set", a);
}

/* A one-shot model has nothing beside it. */
static int resolve_files(struct inserting *i, struct answer *a)
{
    struct prune_error err = {0};
    if (i->plan->model &&
        model_files_owner(i->s->db, i->plan->model, i->files_of, &err))
        return answer_store(a, i->s, &err);
    return 0;
}

static int insert_one(struct inserting *i, const struct job_plan *plan,
                      char id[static ID_TEXT], struct answer *a)
{
    struct prune_error err = {0};
    const char *model = i->plan->model;
    if (model && !strncmp(model, "sha256:", 7))
        model = NULL; /* a digest is no name */
    if (id_new(id, 'j'))
        return answer_problem(a, PROBLEM_INTERNAL, "No randomness");
    const char *dataset = i->plan->dataset;
    if (dataset && !strncmp(dataset, "sha256:", 7))
        dataset = NULL;
    struct job_new job = {
        .id = id,
        .group = i->group[0] ? i->group : NULL,
        .model = model,
        .model_sha256 = i->model_hex,
        .dataset = dataset,
        .dataset_sha256 = i->plan->dataset ? i->dataset_hex : NULL,
        .dataset_settings = i->dataset_settings,
        .technique = plan->technique,
        .target = plan->target,
        .settings = plan->settings,
        .files_of = i->files_of[0] ? i->files_of : NULL,
    };
    if (job_insert(i->s->db, &job, &err))
        return answer_store(a, i->s, &err);
    service_touch(i->s, id);
    return 0;
}

/* The answer of one job, or of a group. */
static int answer_jobs(struct inserting *i, json_t *items, struct answer *a)
{
    json_t *body, *first = json_array_get(items, 0);
    char *location;
    if (i->group[0]) {
        body = json_object();
        location = mem_printf("/v1/jobs?group=%s", i->group);
        if (json_put_text(body, "group", i->group) ||
            json_put(body, "items", json_incref(items))) {
            json_decref(body);
            body = NULL;
        }
    } else {
        body = json_incref(first);
        location = mem_printf("/v1/jobs/%s", json_text(first, "id", ""));
    }
    if (!location || answer_body(a, 202, body)) {
        mem_free(location);
        return a->status >= 400 ? -1
                                : answer_problem(a, PROBLEM_INTERNAL,
                                                 "Memory is short");
    }
    a->location = location;
    a->retry_after = 1;
    return 0;
}

static int insert_all(struct inserting *i, struct answer *a)
{
    json_t *items = json_array();
    char id[ID_TEXT];
    int rc = 0;
    for (size_t k = 0; k < i->plan->n_jobs && !rc; k++) {
        rc = insert_one(i, &i->plan->jobs[k], id, a);
        json_t *job = rc ? NULL : job_document(i->s->db, id, NULL, a);
        if (!rc)
            rc = job ? 0 : -1;
        if (!rc && json_array_append_new(items, job))
            rc = answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    }
    if (!rc)
        rc = answer_jobs(i, items, a);
    json_decref(items);
    return rc;
}

int jobs_insert(struct service *s, const struct settings_plan *plan,
                const char *model_hex, struct answer *a)
{
    struct inserting i = {.s = s, .plan = plan};
    memcpy(i.model_hex, model_hex, SHA256_HEX);
    if (resolve_files(&i, a) || check_queue(s, plan->n_jobs, a) ||
        resolve_dataset(&i, a)) {
        mem_free(i.dataset_settings);
        return -1;
    }
    int rc = plan->group && id_new(i.group, 'g')
                 ? answer_problem(a, PROBLEM_INTERNAL, "No randomness")
                 : insert_all(&i, a);
    mem_free(i.dataset_settings);
    return rc;
}

struct jobs_change {
    struct change change;
    struct settings_plan plan;
};

static void jobs_run(struct service *s, struct change *c)
{
    struct jobs_change *j = (struct jobs_change *)c;
    struct prune_error err = {0};
    char hex[SHA256_HEX];
    struct answer *a = &c->answer;
    int rc = model_resolve(s->db, j->plan.model, hex, &err);
    if (rc < 0) {
        answer_store(a, s, &err);
    } else if (!rc) {
        answer_problem(a, PROBLEM_UNKNOWN_MODEL,
                       "There is no model '%.140s'; upload it with PUT "
                       "/v1/models/{name}", j->plan.model);
        answer_blame(a, "/model", "names no model");
    } else if (!check_present(s, hex, "model", a)) {
        json_t *model = ready_model(s->db, j->plan.model, a);
        if (model)
            (void)jobs_insert(s, &j->plan, hex, a);
        json_decref(model);
    }
}

static void jobs_free(struct change *c)
{
    struct jobs_change *j = (struct jobs_change *)c;
    settings_done(&j->plan);
    mem_free(j);
}

void settings_context_fill(struct settings_context *out,
                           const struct service *s)
{
    *out = (struct settings_context){
        .describe = s->describe,
        .threads = (int)s->config->worker_threads,
        .most_jobs = (size_t)s->config->max_queue,
    };
}

int service_post_jobs(struct service *s, json_t *settings, int text,
                      service_done_f *done, void *data)
{
    struct jobs_change *j = mem_new(sizeof *j);
    if (!j) {
        json_decref(settings);
        return -1;
    }
    j->change.run = jobs_run;
    j->change.free = jobs_free;
    j->change.done = done;
    j->change.data = data;
    struct settings_context context;
    settings_context_fill(&context, s);
    struct answer *a = &j->change.answer;
    if (!settings_read(&j->plan, &context, settings, text, a) &&
        !j->plan.model) {
        answer_problem(a, PROBLEM_INVALID_SETTING,
                       "model is missing: give the name of an uploaded one");
        answer_blame(a, "/model", "is missing");
    }
    json_decref(settings);
    return change_post(s, &j->change);
}

/* --- one job, by id --------------------------------------------------- */

struct job_change {
    struct change change;
    char id[ID_TEXT];
    int64_t seq;
    int running;
};

static void job_change_free(struct change *c)
{
    mem_free(c);
}

/* Finds the job: its number and state. 0, or -1 with a problem. */
static int find(struct service *s, struct job_change *j,
                char state[static 16])
{
    struct prune_error err = {0};
    sqlite3_stmt *row = db_query(s->db, &err,
                                 "SELECT seq, state FROM job WHERE id = ?",
                                 "t", j->id);
    int rc = row ? db_step(s->db, row, &err) : PRUNE_E_FAILED;
    if (rc < 0)
        return answer_store(&j->change.answer, s, &err);
    if (!rc)
        return answer_problem(&j->change.answer, PROBLEM_NOT_FOUND,
                              "There is no job '%.40s'", j->id);
    j->seq = sqlite3_column_int64(row, 0);
    snprintf(state, 16, "%s", db_text(row, 1));
    j->running = !strcmp(state, "running");
    db_reset(row);
    return 0;
}

static void cancel_run(struct service *s, struct change *c)
{
    struct job_change *j = (struct job_change *)c;
    struct prune_error err = {0};
    char state[16];
    if (find(s, j, state))
        return;
    int queued = !strcmp(state, "queued"), rc = 0;
    if (queued)
        rc = job_cancel(s->db, j->seq, &err);
    else if (j->running)
        rc = job_request_cancel(s->db, j->seq, &err);
    if (rc) {
        answer_store(&c->answer, s, &err);
        return;
    }
    service_touch(s, j->id);
    json_t *body = job_document(s->db, j->id, NULL, &c->answer);
    if (body)
        (void)answer_body(&c->answer, queued || j->running ? 202 : 200,
                          body);
}

static void cancel_after(struct service *s, struct change *c)
{
    struct job_change *j = (struct job_change *)c;
    if (j->running)
        queue_cancel(s, j->seq);
}

/* The blobs that a job refers to, before its row goes. */
static int job_blobs(struct service *s, int64_t seq, char hex[3][SHA256_HEX],
                     struct prune_error *err)
{
    sqlite3_stmt *row =
        db_query(s->db, err,
                 "SELECT model_sha256, dataset_sha256, output_sha256 "
                 "FROM job WHERE seq = ?",
                 "i", seq);
    int rc = row ? db_step(s->db, row, err) : PRUNE_E_FAILED;
    if (rc != 1)
        return rc;
    for (int i = 0; i < 3; i++)
        snprintf(hex[i], SHA256_HEX, "%s", db_text(row, i));
    db_reset(row);
    return 0;
}

static void delete_run(struct service *s, struct change *c)
{
    struct job_change *j = (struct job_change *)c;
    struct prune_error err = {0};
    char state[16], hex[3][SHA256_HEX] = {""};
    struct hex_list files = {0};
    if (find(s, j, state))
        return;
    if (j->running) {
        answer_problem(&c->answer, PROBLEM_JOB_RUNNING,
                       "Cancel it first: POST /v1/jobs/%s/cancel", j->id);
        return;
    }
    int rc = job_blobs(s, j->seq, hex, &err);
    if (!rc)
        rc = hex_list_read(&files, s->db,
                           db_query(s->db, &err,
                                    "SELECT sha256 FROM job_file "
                                    "WHERE job = ?", "i", j->seq),
                           &err);
    if (!rc)
        rc = job_delete(s->db, j->seq, &err);
    if (!rc)
        rc = hex_list_release(s, &files, &err);
    hex_list_done(&files);
    for (int i = 0; i < 3 && !rc; i++)
        if (hex[i][0])
            rc = service_release(s, hex[i], &err);
    if (rc) {
        answer_store(&c->answer, s, &err);
        return;
    }
    service_touch(s, j->id);
    c->answer.status = 204;
}

static int post_job_change(struct service *s, const char *id,
                           service_done_f *done, void *data,
                           const struct change *kind)
{
    struct job_change *j = mem_new(sizeof *j);
    if (!j)
        return -1;
    j->change = *kind;
    j->change.free = job_change_free;
    j->change.done = done;
    j->change.data = data;
    if (id_is(id, 'j'))
        strcpy(j->id, id);
    else
        answer_problem(&j->change.answer, PROBLEM_NOT_FOUND,
                       "There is no job '%.40s'", id);
    return change_post(s, &j->change);
}

int service_post_cancel(struct service *s, const char *id,
                        service_done_f *done, void *data)
{
    struct change kind = {.run = cancel_run, .after = cancel_after};
    return post_job_change(s, id, done, data, &kind);
}

int service_post_job_delete(struct service *s, const char *id,
                            service_done_f *done, void *data)
{
    struct change kind = {.run = delete_run};
    return post_job_change(s, id, done, data, &kind);
}
