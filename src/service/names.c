/* Deleting the names of models and data sets. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "service/internal.h"
#include "service/model_files.h"
#include "service/rows.h"

/* How the two kinds differ. */
struct named_kind {
    const char *what;
    int (*resolve)(struct db *db, const char *ref,
                   char hex[static SHA256_HEX], struct prune_error *err);
    const char *in_use, *remove;
};

static int resolve_dataset(struct db *db, const char *ref,
                           char hex[static SHA256_HEX],
                           struct prune_error *err)
{
    return dataset_resolve(db, ref, hex, NULL, err);
}

static const struct named_kind kind_model = {
    .what = "model",
    .resolve = model_resolve,
    .in_use = "SELECT count(*) FROM job WHERE model_sha256 = ? "
              "AND state IN ('queued', 'running')",
    .remove = "DELETE FROM model WHERE name = ?",
};

static const struct named_kind kind_dataset = {
    .what = "data set",
    .resolve = resolve_dataset,
    .in_use = "SELECT count(*) FROM job WHERE dataset_sha256 = ? "
              "AND state IN ('queued', 'running')",
    .remove = "DELETE FROM dataset WHERE name = ?",
};

struct name_change {
    struct change change;
    const struct named_kind *kind;
    char name[129];
    char file[129]; /* beside the model `name` */
};

static int check_free(struct service *s, struct name_change *n,
                      const char *hex, struct answer *a)
{
    struct prune_error err = {0};
    int64_t jobs;
    if (db_number(s->db, &jobs, 0, &err, n->kind->in_use, "t", hex))
        return answer_store(a, s, &err);
    if (!jobs)
        return 0;
    return answer_problem(a, PROBLEM_IN_USE,
                          "%lld queued or running job%s need%s this %s",
                          (long long)jobs, jobs == 1 ? "" : "s",
                          jobs == 1 ? "s" : "", n->kind->what);
}

static void delete_run(struct service *s, struct change *c)
{
    struct name_change *n = (struct name_change *)c;
    struct prune_error err = {0};
    struct answer *a = &c->answer;
    char hex[SHA256_HEX];
    int64_t beside = 0;
    int rc = n->kind->resolve(s->db, n->name, hex, &err);
    if (rc == 0 && n->kind == &kind_model) {
        rc = model_files_remove(s, n->name, &beside, &err);
        if (!rc && beside) {
            a->status = 204; /* files that came before their model */
            return;
        }
    }
    if (rc == 0) {
        answer_problem(a, PROBLEM_NOT_FOUND, "There is no %s '%s'",
                       n->kind->what, n->name);
        return;
    }
    if (rc == 1 && check_free(s, n, hex, a))
        return;
    rc = rc < 0 ? rc
                : db_run(s->db, &err, n->kind->remove, "t", n->name);
    if (!rc)
        rc = service_release(s, hex, &err);
    if (!rc && n->kind == &kind_model)
        rc = model_files_remove(s, n->name, &beside, &err);
    if (rc)
        answer_store(a, s, &err);
    else
        a->status = 204;
}

/* --- a file beside a model -------------------------------------------- */

static int check_file_free(struct service *s, const struct name_change *n,
                           struct answer *a)
{
    struct prune_error err = {0};
    int64_t jobs;
    if (db_number(s->db, &jobs, 0, &err,
                  "SELECT count(*) FROM job j JOIN job_file f ON f.job = "
                  "j.seq JOIN model_file m ON m.name = f.name AND m.sha256 "
                  "= f.sha256 WHERE m.model = ? AND m.name = ? "
                  "AND j.state IN ('queued', 'running')",
                  "tt", n->name, n->file))
        return answer_store(a, s, &err);
    if (!jobs)
        return 0;
    return answer_problem(a, PROBLEM_IN_USE,
                          "%lld queued or running job%s need%s this file",
                          (long long)jobs, jobs == 1 ? "" : "s",
                          jobs == 1 ? "s" : "");
}

static void delete_file_run(struct service *s, struct change *c)
{
    struct name_change *n = (struct name_change *)c;
    struct prune_error err = {0};
    struct answer *a = &c->answer;
    char hex[SHA256_HEX];
    int rc = model_file_resolve(s->db, n->name, n->file, hex, &err);
    if (rc == 0) {
        answer_problem(a, PROBLEM_NOT_FOUND,
                       "There is no file '%.140s' beside a model '%.140s'",
                       n->file, n->name);
        return;
    }
    if (rc == 1 && check_file_free(s, n, a))
        return;
    rc = rc < 0 ? rc
                : db_run(s->db, &err,
                         "DELETE FROM model_file WHERE model = ? AND "
                         "name = ?", "tt", n->name, n->file);
    if (!rc)
        rc = service_release(s, hex, &err);
    if (rc)
        answer_store(a, s, &err);
    else
        a->status = 204;
}

static void name_free(struct change *c)
{
    mem_free(c);
}

static int post(struct service *s, const char *name,
                const struct named_kind *kind, service_done_f *done,
                void *data)
{
    struct name_change *n = mem_new(sizeof *n);
    if (!n)
        return -1;
    n->change = (struct change){.run = delete_run, .free = name_free,
                                .done = done, .data = data};
    n->kind = kind;
    if (name_is_valid(name))
        strcpy(n->name, name);
    else
        answer_problem(&n->change.answer, PROBLEM_NOT_FOUND,
                       "There is no %s '%.140s'", kind->what, name);
    return change_post(s, &n->change);
}

int service_post_model_delete(struct service *s, const char *name,
                              service_done_f *done, void *data)
{
    return post(s, name, &kind_model, done, data);
}

int service_post_dataset_delete(struct service *s, const char *name,
                                service_done_f *done, void *data)
{
    return post(s, name, &kind_dataset, done, data);
}

int service_post_model_data_delete(struct service *s, const char *model,
                                   const char *file, service_done_f *done,
                                   void *data)
{
    struct name_change *n = mem_new(sizeof *n);
    if (!n)
        return -1;
    n->change = (struct change){.run = delete_file_run, .free = name_free,
                                .done = done, .data = data};
    if (name_is_valid(model) && name_is_valid(file)) {
        strcpy(n->name, model);
        strcpy(n->file, file);
    } else {
        answer_problem(&n->change.answer, PROBLEM_NOT_FOUND,
                       "There is no file '%.140s' beside a model '%.140s'",
                       file, model);
    }
    return change_post(s, &n->change);
}
