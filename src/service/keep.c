/* The transaction of an upload. */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/model_files.h"
#include "service/rows.h"
#include "service/upload_internal.h"
#include "sys/clock.h"
#include "sys/fault.h"

/* What the name meant before: its digest, or empty. */
struct before {
    char hex[SHA256_HEX];
    int same; /* the same bytes, and the same settings */
};

static int look_before(struct before *out, struct service *s,
                       struct upload *u, struct prune_error *err)
{
    char *settings = NULL;
    int rc = 0;
    if (u->kind == UPLOAD_MODEL)
        rc = model_resolve(s->db, u->name, out->hex, err);
    else if (u->kind == UPLOAD_DATA)
        rc = model_file_resolve(s->db, u->name, u->file, out->hex, err);
    else if (u->kind == UPLOAD_DATASET)
        rc = dataset_resolve(s->db, u->name, out->hex, &settings, err);
    if (rc <= 0)
        out->hex[0] = '\0';
    out->same = rc == 1 && !strcmp(out->hex, u->blob.hex) &&
                (!settings || !strcmp(settings, u->dataset_settings));
    mem_free(settings);
    return rc < 0 ? rc : 0;
}

/* The file first, durably, then its row. */
static int keep_file(struct service *s, struct upload *u,
                     struct prune_error *err)
{
    service_suspect(s, u->blob.hex);
    int rc = blob_file_link(&u->blob, s->state.blobs, err);
    fault_point("blob-linked");
    return rc ? rc
              : blob_insert(s->db, u->blob.hex, u->blob.bytes, err);
}

/* A model that was known needs nothing: its row is there. If it went
 * meanwhile, what is said about it is gone too. */
static int keep_info(struct service *s, struct upload *u,
                     struct prune_error *err)
{
    if (u->kind == UPLOAD_DATASET || u->kind == UPLOAD_DATA)
        return 0;
    if (u->summary)
        return db_run(s->db, err,
                      "INSERT INTO model_info (sha256, summary, graph) "
                      "VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET "
                      "summary = excluded.summary, graph = excluded.graph",
                      "ttt", u->blob.hex, u->summary, u->graph);
    int64_t there = 0;
    int rc = db_number(s->db, &there, 0, err,
                       "SELECT 1 FROM model_info WHERE sha256 = ?", "t",
                       u->blob.hex);
    if (!rc && !there)
        rc = err_set(err, PRUNE_E_FAILED,
                     "the model was deleted while it was uploaded again; "
                     "upload it once more");
    return rc;
}

static int keep_name(struct service *s, struct upload *u,
                     struct prune_error *err)
{
    int64_t now = clock_now();
    if (u->kind == UPLOAD_DATA)
        return db_run(s->db, err,
                      "INSERT INTO model_file (model, name, sha256, created, "
                      "updated) VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT "
                      "(model, name) DO UPDATE SET sha256 = "
                      "excluded.sha256, updated = excluded.updated",
                      "ttti", u->name, u->file, u->blob.hex, now);
    if (u->kind == UPLOAD_MODEL)
        return db_run(s->db, err,
                      "INSERT INTO model (name, sha256, created, updated) "
                      "VALUES (?1, ?2, ?3, ?3) ON CONFLICT (name) DO UPDATE "
                      "SET sha256 = excluded.sha256, updated = "
                      "excluded.updated",
                      "tti", u->name, u->blob.hex, now);
    return db_run(s->db, err,
                  "INSERT INTO dataset (name, sha256, settings, info, "
                  "created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5) "
                  "ON CONFLICT (name) DO UPDATE SET "
                  "sha256 = excluded.sha256, settings = excluded.settings, "
                  "info = excluded.info, updated = excluded.updated",
                  "tttti", u->name, u->blob.hex, u->dataset_settings,
                  u->summary, now);
}

/* What is known of a model together with what lies beside it: nothing yet
 * where something is missing. */
static int keep_own(struct service *s, struct upload *u,
                    struct prune_error *err)
{
    if (u->kind != UPLOAD_MODEL && u->kind != UPLOAD_DATA)
        return 0;
    return db_run(s->db, err,
                  "UPDATE model SET summary = ?, graph = ? WHERE name = ?",
                  "ttt", u->own_summary, u->own_graph, u->name);
}

static int keep_rows(struct service *s, struct upload *u,
                     const struct before *before, struct prune_error *err)
{
    int rc = keep_file(s, u, err);
    if (!rc)
        rc = keep_info(s, u, err);
    if (!rc && u->kind != UPLOAD_PRUNE && !before->same)
        rc = keep_name(s, u, err);
    if (!rc && (u->summary || u->own_summary))
        rc = keep_own(s, u, err);
    if (!rc && before->hex[0] && strcmp(before->hex, u->blob.hex) != 0)
        rc = service_release(s, before->hex, err);
    return rc;
}

/* 303: the job's model, which waits until there is one. */
static void answer_prune(struct service *s, struct upload *u)
{
    struct answer *a = &u->change.answer;
    if (jobs_insert(s, &u->plan, u->blob.hex, a))
        return;
    char *location = mem_printf("%s/model?wait=600", a->location);
    if (!location) {
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
        return;
    }
    mem_free(a->location);
    a->location = location;
    a->status = 303;
}

/* What the model is with it, if it is there already. */
static int put_model_state(struct service *s, json_t *body,
                           const struct upload *u)
{
    struct answer none = {0};
    json_t *model = model_document(s->db, u->name, &none);
    const json_t *problem = json_object_get(model, "problem");
    int rc = model ? json_put_text(body, "model_state",
                                   json_text(model, "state", ""))
                   : 0;
    if (!rc && problem)
        rc = json_put(body, "problem", json_deep_copy(problem));
    json_decref(model);
    answer_done(&none);
    return rc;
}

static json_t *document(struct service *s, struct upload *u,
                        struct answer *a)
{
    if (u->kind == UPLOAD_MODEL)
        return model_document(s->db, u->name, a);
    if (u->kind == UPLOAD_DATASET)
        return dataset_document(s->db, u->name, a);
    json_t *o = model_file_document(s->db, u->name, u->file, a);
    if (o && put_model_state(s, o, u)) {
        json_decref(o);
        o = NULL;
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    }
    return o;
}

static void answer_name(struct service *s, struct upload *u, int same)
{
    struct answer *a = &u->change.answer;
    json_t *body = document(s, u, a);
    if (!body || answer_body(a, same ? 200 : 201, body))
        return;
    int dataset = u->kind == UPLOAD_DATASET;
    a->location = mem_printf("/v1/%s/%s%s%s",
                             dataset ? "datasets" : "models", u->name,
                             u->file[0] ? "/" : "", u->file);
    a->digest = mem_strdup(u->blob.hex);
    if (!a->location || !a->digest)
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
}

/* A bound on what lies beside one model. 1 with the problem where it is
 * reached; *rc is set when the store fails. */
static int check_count(struct service *s, struct upload *u,
                       const struct before *before, int *rc,
                       struct prune_error *err)
{
    int64_t n = 0;
    if (u->kind != UPLOAD_DATA || before->hex[0])
        return 0;
    *rc = db_number(s->db, &n, 0, err,
                    "SELECT count(*) FROM model_file WHERE model = ?", "t",
                    u->name);
    if (*rc || n < MODEL_FILES_MOST)
        return 0;
    answer_problem(&u->change.answer, PROBLEM_INVALID_MODEL,
                   "%d files lie beside '%s', more than that are not taken; "
                   "DELETE /v1/models/%s/{file} removes one",
                   MODEL_FILES_MOST, u->name, u->name);
    return 1;
}

void upload_keep(struct service *s, struct change *c)
{
    struct upload *u = (struct upload *)c;
    struct prune_error err = {0};
    struct before before = {.same = 0};
    int rc = look_before(&before, s, u, &err);
    if (!rc && before.hex[0] && u->only_if_new) {
        answer_problem(&c->answer, PROBLEM_PRECONDITION_FAILED,
                       "There is a '%s' already",
                       u->file[0] ? u->file : u->name);
        return;
    }
    if (!rc && check_count(s, u, &before, &rc, &err))
        return;
    if (!rc)
        rc = keep_rows(s, u, &before, &err);
    if (rc == BLOB_FULL)
        answer_problem(&c->answer, PROBLEM_DISK_FULL, "%s", err.text);
    else if (rc)
        answer_store(&c->answer, s, &err);
    else if (u->kind == UPLOAD_PRUNE)
        answer_prune(s, u);
    else
        answer_name(s, u, before.same);
}
