/* The transaction of an upload. */
#include <string.h>

#include "base/alloc.h"
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
    else if (u->kind == UPLOAD_DATASET)
        rc = dataset_resolve(s->db, u->name, out->hex, &settings, err);
    if (rc <= 0)
        out->hex[0] = '\0';
    out->same = rc == 1 && !strcmp(out->hex, u->file.hex) &&
                (!settings || !strcmp(settings, u->dataset_settings));
    mem_free(settings);
    return rc < 0 ? rc : 0;
}

/* The file first, durably, then its row. */
static int keep_file(struct service *s, struct upload *u,
                     struct prune_error *err)
{
    service_suspect(s, u->file.hex);
    int rc = blob_file_link(&u->file, s->state.blobs, err);
    fault_point("blob-linked");
    return rc ? rc
              : blob_insert(s->db, u->file.hex, u->file.bytes, err);
}

/* A model that was known needs nothing: its row is there. If it went
 * meanwhile, what is said about it is gone too. */
static int keep_info(struct service *s, struct upload *u,
                     struct prune_error *err)
{
    if (u->kind == UPLOAD_DATASET)
        return 0;
    if (u->summary)
        return db_run(s->db, err,
                      "INSERT INTO model_info (sha256, summary, graph) "
                      "VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET "
                      "summary = excluded.summary, graph = excluded.graph",
                      "ttt", u->file.hex, u->summary, u->graph);
    int64_t there = 0;
    int rc = db_number(s->db, &there, 0, err,
                       "SELECT 1 FROM model_info WHERE sha256 = ?", "t",
                       u->file.hex);
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
    if (u->kind == UPLOAD_MODEL)
        return db_run(s->db, err,
                      "INSERT INTO model (name, sha256, created, updated) "
                      "VALUES (?1, ?2, ?3, ?3) ON CONFLICT (name) DO UPDATE "
                      "SET sha256 = excluded.sha256, updated = "
                      "excluded.updated",
                      "tti", u->name, u->file.hex, now);
    return db_run(s->db, err,
                  "INSERT INTO dataset (name, sha256, settings, info, "
                  "created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5) "
                  "ON CONFLICT (name) DO UPDATE SET "
                  "sha256 = excluded.sha256, settings = excluded.settings, "
                  "info = excluded.info, updated = excluded.updated",
                  "tttti", u->name, u->file.hex, u->dataset_settings,
                  u->summary, now);
}

static int keep_rows(struct service *s, struct upload *u,
                     const struct before *before, struct prune_error *err)
{
    int rc = keep_file(s, u, err);
    if (!rc)
        rc = keep_info(s, u, err);
    if (!rc && u->kind != UPLOAD_PRUNE && !before->same)
        rc = keep_name(s, u, err);
    if (!rc && before->hex[0] && strcmp(before->hex, u->file.hex) != 0)
        rc = service_release(s, before->hex, err);
    return rc;
}

/* 303: the job's model, which waits until there is one. */
static void answer_prune(struct service *s, struct upload *u)
{
    struct answer *a = &u->change.answer;
    if (jobs_insert(s, &u->plan, u->file.hex, a))
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

static void answer_name(struct service *s, struct upload *u, int same)
{
    struct answer *a = &u->change.answer;
    int model = u->kind == UPLOAD_MODEL;
    json_t *body = model ? model_document(s->db, u->name, a)
                         : dataset_document(s->db, u->name, a);
    if (!body || answer_body(a, same ? 200 : 201, body))
        return;
    a->location = mem_printf("/v1/%s/%s", model ? "models" : "datasets",
                             u->name);
    a->digest = mem_strdup(u->file.hex);
    if (!a->location || !a->digest)
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
}

void upload_keep(struct service *s, struct change *c)
{
    struct upload *u = (struct upload *)c;
    struct prune_error err = {0};
    struct before before = {.same = 0};
    int rc = look_before(&before, s, u, &err);
    if (!rc && before.hex[0] && u->only_if_new) {
        answer_problem(&c->answer, PROBLEM_PRECONDITION_FAILED,
                       "There is a '%s' already", u->name);
        return;
    }
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
