/* Files beside models: what they may be called, what there is, what is
 * missing. */
#include "service/model_files.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/rows.h"

/* What the folder of a worker holds, and the last parts of addresses below
 * a model. */
static const char *const taken[] = {
    "job.json", "input.onnx", "model.onnx", "data.npz", "progress.jsonl",
    "report.json", "log", "lock", "file", "graph",
};

int model_file_name_is_valid(const char *name)
{
    static const char output[] = "output.onnx"; /* and what is beside it */
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (!strcmp(taken[i], name))
            return 0;
    return name_is_valid(name) &&
           strncmp(name, output, sizeof output - 1) != 0;
}

json_t *model_file_row(sqlite3_stmt *row)
{
    char self[2 * 129 + 16];
    const char *name = db_text(row, 0), *model = db_text(row, 6);
    snprintf(self, sizeof self, "/v1/models/%s/%s", model, name);
    json_t *o = json_object(), *links = json_object();
    int rc = json_put_text(o, "file", name) ||
             json_put_text(o, "model", model) ||
             json_put_text(o, "sha256", db_text(row, 1)) ||
             json_put_int(o, "bytes", sqlite3_column_int64(row, 2)) ||
             json_put_text(o, "file_state", db_text(row, 3)) ||
             put_time(o, "created", row, 4) ||
             put_time(o, "updated", row, 5) ||
             json_put_text(links, "self", self) ||
             json_put_text(links, "model", "");
    if (!rc) {
        snprintf(self, sizeof self, "/v1/models/%s", model);
        rc = json_put_text(links, "model", self) ||
             json_put(o, "links", json_incref(links));
    }
    json_decref(links);
    if (rc) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* --- what is missing -------------------------------------------------- */

static const json_t *find_file(const json_t *files, const char *name)
{
    size_t i;
    json_t *f;
    json_array_foreach ((json_t *)(uintptr_t)files, i, f)
        if (!strcmp(json_text(f, "file", ""), name))
            return f;
    return NULL;
}

/* A row for what is needed and not there, or NULL with *lost unchanged. */
static json_t *missing_row(const json_t *need, const json_t *files, int *lost)
{
    const char *name = json_text(need, "file", "");
    int64_t wanted = json_int(need, "bytes_needed", 0);
    const json_t *f = find_file(files, name);
    int there = f && !strcmp(json_text(f, "file_state", "present"),
                             "present");
    if (there && json_int(f, "bytes", 0) >= wanted)
        return NULL;
    json_t *o = json_object();
    if (json_put_text(o, "file", name) ||
        json_put_int(o, "bytes_needed", wanted) ||
        (there && json_put_int(o, "bytes", json_int(f, "bytes", 0))))
        *lost = 1;
    return o;
}

json_t *model_files_missing(const json_t *needed, const json_t *files)
{
    json_t *out = json_array(), *need;
    int lost = !out;
    size_t i;
    json_array_foreach ((json_t *)(uintptr_t)needed, i, need) {
        json_t *row = missing_row(need, files, &lost);
        if (row && json_array_append_new(out, row))
            lost = 1;
    }
    if (lost) {
        json_decref(out);
        return NULL;
    }
    return out;
}

void model_files_tell(char *out, size_t room, const char *name,
                      const json_t *missing)
{
    const json_t *first = json_array_get(missing, 0);
    const char *file = json_text(first, "file", "");
    size_t n = json_array_size(missing);
    long long wanted = (long long)json_int(first, "bytes_needed", 0);
    char what[400], more[60] = "";
    if (json_object_get(first, "bytes"))
        snprintf(what, sizeof what,
                 "its external data '%.140s' hold %lld bytes of the %lld "
                 "needed", file, (long long)json_int(first, "bytes", 0),
                 wanted);
    else
        snprintf(what, sizeof what,
                 "its external data '%.140s' (%lld bytes) are not there",
                 file, wanted);
    if (n > 1)
        snprintf(more, sizeof more, ", nor %zu other file%s", n - 1,
                 n > 2 ? "s" : "");
    snprintf(out, room,
             "The model cannot be used yet: %s%s. Upload with "
             "PUT /v1/models/%s/%s", what, more, name ? name : "{name}",
             file);
}

/* --- rows ------------------------------------------------------------- */

int model_file_resolve(struct db *db, const char *model, const char *file,
                       char hex[static SHA256_HEX], struct prune_error *err)
{
    sqlite3_stmt *row = db_query(db, err,
                                 "SELECT sha256 FROM model_file "
                                 "WHERE model = ? AND name = ?",
                                 "tt", model, file);
    int rc = row ? db_step(db, row, err) : PRUNE_E_FAILED;
    if (rc != 1)
        return rc;
    memcpy(hex, db_text(row, 0), SHA256_HEX);
    db_reset(row);
    return 1;
}

json_t *model_file_document(struct db *db, const char *model,
                            const char *file, struct answer *a)
{
    struct prune_error err = {0};
    sqlite3_stmt *row =
        db_query(db, &err,
                 "SELECT " MODEL_FILE_COLUMNS " FROM model_file f "
                 "JOIN blob b USING (sha256) WHERE f.model = ? AND "
                 "f.name = ?",
                 "tt", model, file);
    int rc = row ? db_step(db, row, &err) : PRUNE_E_FAILED;
    if (rc == 0)
        answer_problem(a, PROBLEM_NOT_FOUND,
                       "There is no file '%.140s' beside a model '%.140s'",
                       file, model);
    else if (rc < 0)
        answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    if (rc != 1)
        return NULL;
    json_t *o = model_file_row(row);
    db_reset(row);
    if (!o)
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    return o;
}

int model_files_owner(struct db *db, const char *ref, char name[static 129],
                      struct prune_error *err)
{
    name[0] = '\0';
    if (strncmp(ref, "sha256:", 7) != 0) {
        snprintf(name, 129, "%s", ref);
        return 0;
    }
    sqlite3_stmt *row = db_query(db, err,
                                 "SELECT name FROM model WHERE sha256 = ? "
                                 "ORDER BY name LIMIT 1",
                                 "t", ref + 7);
    int rc = row ? db_step(db, row, err) : PRUNE_E_FAILED;
    if (rc == 1) {
        snprintf(name, 129, "%s", db_text(row, 0));
        db_reset(row);
    }
    return rc < 0 ? rc : 0;
}

int hex_list_read(struct hex_list *out, struct db *db, sqlite3_stmt *rows,
                  struct prune_error *err)
{
    struct hex_list l = {0};
    int rc = rows ? 1 : PRUNE_E_FAILED;
    while (rc == 1 && (rc = db_step(db, rows, err)) == 1) {
        if (l.n == l.room) {
            size_t room = l.room ? l.room * 2 : 8;
            void *more = mem_array(l.items, room, sizeof *l.items);
            if (!more) {
                db_reset(rows);
                rc = err_memory(err, "a list of files");
                break;
            }
            l.items = more;
            l.room = room;
        }
        memcpy(l.items[l.n++], db_text(rows, 0), SHA256_HEX);
    }
    if (rc < 0)
        hex_list_done(&l);
    else
        *out = l;
    return rc < 0 ? rc : 0;
}

int hex_list_release(struct service *s, const struct hex_list *l,
                     struct prune_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < l->n && !rc; i++)
        rc = service_release(s, l->items[i], err);
    return rc;
}

void hex_list_done(struct hex_list *l)
{
    mem_free(l->items);
    *l = (struct hex_list){0};
}

int model_files_remove(struct service *s, const char *model, int64_t *n,
                       struct prune_error *err)
{
    struct hex_list l = {0};
    int rc = hex_list_read(&l, s->db,
                           db_query(s->db, err,
                                    "SELECT sha256 FROM model_file "
                                    "WHERE model = ?", "t", model),
                           err);
    if (!rc)
        rc = db_run(s->db, err, "DELETE FROM model_file WHERE model = ?",
                    "t", model);
    if (!rc)
        rc = hex_list_release(s, &l, err);
    if (!rc)
        *n = (int64_t)l.n;
    hex_list_done(&l);
    return rc;
}
