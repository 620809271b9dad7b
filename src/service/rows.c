/* Documents of models and data sets, and what references mean. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/model_files.h"
#include "service/rows.h"
#include "sys/clock.h"

int name_is_valid(const char *name)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strlen(name);
    return n >= 1 && n <= 128 && name[0] != '.' &&
           strspn(name, letters) == n;
}

/* The 64 digits of "sha256:<hex>", or NULL. */
static const char *digest_of(const char *ref)
{
    if (strncmp(ref, "sha256:", 7) != 0 || strlen(ref) != 7 + 64 ||
        strspn(ref + 7, "0123456789abcdef") != 64)
        return NULL;
    return ref + 7;
}

static int take_hex(struct db *db, sqlite3_stmt *row,
                    char hex[static SHA256_HEX], char **settings,
                    struct prune_error *err)
{
    int rc = row ? db_step(db, row, err) : PRUNE_E_FAILED;
    if (rc != 1)
        return rc;
    memcpy(hex, db_text(row, 0), SHA256_HEX);
    if (settings) {
        *settings = mem_strdup(db_text(row, 1));
        if (!*settings)
            rc = err_memory(err, "settings");
    }
    db_reset(row);
    return rc;
}

int model_resolve(struct db *db, const char *ref, char hex[static SHA256_HEX],
                  struct prune_error *err)
{
    const char *digest = digest_of(ref);
    sqlite3_stmt *row =
        digest ? db_query(db, err,
                          "SELECT sha256 FROM model_info WHERE sha256 = ?",
                          "t", digest)
               : db_query(db, err, "SELECT sha256 FROM model WHERE name = ?",
                          "t", ref);
    return take_hex(db, row, hex, NULL, err);
}

int dataset_resolve(struct db *db, const char *ref,
                    char hex[static SHA256_HEX], char **settings,
                    struct prune_error *err)
{
    const char *digest = digest_of(ref);
    sqlite3_stmt *row =
        digest ? db_query(db, err,
                          "SELECT sha256, settings FROM dataset "
                          "WHERE sha256 = ? ORDER BY name LIMIT 1",
                          "t", digest)
               : db_query(db, err,
                          "SELECT sha256, settings FROM dataset "
                          "WHERE name = ?",
                          "t", ref);
    return take_hex(db, row, hex, settings, err);
}

int blob_is_present(struct db *db, const char *hex, int *out,
                    struct prune_error *err)
{
    int64_t n;
    int rc = db_number(db, &n, 0, err,
                       "SELECT state = 'present' FROM blob WHERE sha256 = ?",
                       "t", hex);
    if (!rc)
        *out = n == 1;
    return rc;
}

int put_time(json_t *o, const char *key, sqlite3_stmt *row, int column)
{
    char text[CLOCK_TEXT];
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return 0;
    return json_put_text(o, key,
                         clock_text(text, sqlite3_column_int64(row, column)));
}

int put_json(json_t *o, const char *key, const char *text)
{
    if (!text)
        return 0;
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    return json_put(o, key, value);
}

static int put_links(json_t *o, const char *collection, const char *name,
                     const char *const *parts)
{
    json_t *links = json_object();
    int rc = 0;
    for (; *parts && !rc; parts++) {
        int self = !strcmp(*parts, "self");
        char *path = mem_printf("/v1/%s/%s%s%s", collection, name,
                                self ? "" : "/", self ? "" : *parts);
        rc = json_put_text(links, *parts, path);
        mem_free(path);
    }
    if (rc) {
        json_decref(links);
        return -1;
    }
    return json_put(o, "links", links);
}

/* The first columns of both kinds, and what looking showed, which cannot
 * replace what the daemon knows. */
static json_t *named_row(sqlite3_stmt *row, const json_t *info)
{
    json_t *o = json_object();
    const char *name = db_text_or_null(row, 0);
    int rc = (name && json_put_text(o, "name", name)) ||
             json_put_text(o, "sha256", db_text(row, 1)) ||
             json_put_int(o, "bytes", sqlite3_column_int64(row, 2)) ||
             json_put_text(o, "file_state", db_text(row, 3)) ||
             put_time(o, "created", row, 4) ||
             put_time(o, "updated", row, 5) ||
             json_object_update_missing(o, (json_t *)(uintptr_t)info);
    if (rc) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* The problem of a model without all of its files. */
static json_t *incomplete_json(const char *name, const json_t *missing)
{
    const struct problem *p = &problems[PROBLEM_MODEL_INCOMPLETE];
    char type[64], detail[600];
    snprintf(type, sizeof type, "/problems/%s", p->slug);
    model_files_tell(detail, sizeof detail, name, missing);
    json_t *o = json_object();
    if (json_put_text(o, "type", type) ||
        json_put_text(o, "title", p->title) ||
        json_put_text(o, "detail", detail)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* What lies beside it, and whether that is all. */
static int put_state(json_t *o, const char *name, json_t *files,
                     json_t *missing)
{
    int whole = !json_array_size(missing);
    int rc = json_put_text(o, "state", whole ? "ready" : "incomplete");
    if (!rc && json_array_size(files))
        rc = json_put(o, "files", json_incref(files));
    if (rc || whole)
        return rc;
    return json_put(o, "missing", json_incref(missing)) ||
           json_put(o, "problem", incomplete_json(name, missing));
}

json_t *model_row(sqlite3_stmt *row)
{
    static const char *const links[] = {"self", "file", "graph", NULL};
    const char *name = db_text_or_null(row, 0);
    const char *own = db_text_or_null(row, 7);
    json_t *info = json_loads(db_text(row, 6), 0, NULL);
    json_t *files = json_loads(db_text(row, 8), 0, NULL);
    json_t *missing = model_files_missing(
        json_object_get(info, "external_data"), files);
    if (own && missing && !json_array_size(missing)) {
        json_decref(info);
        info = json_loads(own, 0, NULL);
    }
    char ref[8 + SHA256_HEX];
    snprintf(ref, sizeof ref, "sha256:%.64s", db_text(row, 1));
    json_t *o = info && files && missing ? named_row(row, info) : NULL;
    if (!o || put_state(o, name, files, missing) ||
        put_links(o, "models", name ? name : ref, links)) {
        json_decref(o);
        o = NULL;
    }
    json_decref(info);
    json_decref(files);
    json_decref(missing);
    return o;
}

json_t *dataset_row(sqlite3_stmt *row)
{
    static const char *const links[] = {"self", "file", NULL};
    json_t *info = json_loads(db_text(row, 6), 0, NULL);
    json_t *o = info ? named_row(row, info) : NULL;
    json_decref(info);
    if (!o || put_json(o, "settings", db_text(row, 7)) ||
        put_links(o, "datasets", db_text(row, 0), links)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

typedef json_t *row_f(sqlite3_stmt *row);

/* The one row of a query as a document, or a problem. */
static json_t *one_document(struct db *db, sqlite3_stmt *row, row_f *make,
                            const char *what, const char *ref,
                            const struct prune_error *err, struct answer *a)
{
    struct prune_error more = {0};
    int rc = row ? db_step(db, row, &more) : PRUNE_E_FAILED;
    if (rc == 0)
        answer_problem(a, PROBLEM_NOT_FOUND, "There is no %s '%.140s'", what,
                       ref);
    else if (rc < 0)
        answer_problem(a, PROBLEM_INTERNAL, "%s",
                       row ? more.text : err->text);
    if (rc != 1)
        return NULL;
    json_t *o = make(row);
    db_reset(row);
    if (!o)
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    return o;
}

json_t *model_document(struct db *db, const char *ref, struct answer *a)
{
    struct prune_error err = {0};
    const char *digest = digest_of(ref);
    sqlite3_stmt *row =
        digest
            ? db_query(db, &err,
                       "SELECT " MODEL_COLUMNS " FROM model_info i JOIN blob b USING (sha256) "
                       "LEFT JOIN model m USING (sha256) "
                       "WHERE i.sha256 = ? ORDER BY m.name LIMIT 1",
                       "t", digest)
            : db_query(db, &err,
                       "SELECT " MODEL_COLUMNS " FROM model m JOIN blob b USING (sha256) "
                       "JOIN model_info i USING (sha256) WHERE m.name = ?",
                       "t", ref);
    return one_document(db, row, model_row, "model", ref, &err, a);
}

json_t *ready_model(struct db *db, const char *ref, struct answer *a)
{
    json_t *o = model_document(db, ref, a);
    const json_t *problem = json_object_get(o, "problem");
    if (!problem)
        return o;
    answer_problem(a, PROBLEM_MODEL_INCOMPLETE, "%s",
                   json_text(problem, "detail", ""));
    json_decref(o);
    return NULL;
}

json_t *dataset_document(struct db *db, const char *ref, struct answer *a)
{
    struct prune_error err = {0};
    const char *digest = digest_of(ref);
    sqlite3_stmt *row =
        digest
            ? db_query(db, &err,
                       "SELECT d.name, b.sha256, b.bytes, b.state, "
                       "d.created, d.updated, d.info, d.settings "
                       "FROM dataset d JOIN blob b USING (sha256) "
                       "WHERE d.sha256 = ? ORDER BY d.name LIMIT 1",
                       "t", digest)
            : db_query(db, &err,
                       "SELECT d.name, b.sha256, b.bytes, b.state, "
                       "d.created, d.updated, d.info, d.settings "
                       "FROM dataset d JOIN blob b USING (sha256) "
                       "WHERE d.name = ?",
                       "t", ref);
    return one_document(db, row, dataset_row, "data set", ref, &err, a);
}
