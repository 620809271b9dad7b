/* Reading models and data sets. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/model_files.h"
#include "service/page.h"
#include "service/reader.h"
#include "service/rows.h"

int page_limit(const struct page *page)
{
    enum { USUAL = 100, MOST = 1000 };
    int limit = page ? page->limit : 0;
    return limit <= 0 ? USUAL : limit > MOST ? MOST : limit;
}

int page_finish(struct answer *a, json_t *items, const char *next)
{
    json_t *body = json_object();
    if (json_put(body, "items", items) ||
        json_put(body, "next", next ? json_string(next) : json_null())) {
        json_decref(body);
        body = NULL;
    }
    return answer_body(a, 200, body);
}

/* Rows of `query` until the page is full; one more says that there is a
 * next page, which begins after the last name shown. */
static int names_page(struct reader *r, sqlite3_stmt *rows,
                      json_t *(*make)(sqlite3_stmt *), int limit,
                      struct prune_error *err, struct answer *a)
{
    json_t *items = json_array();
    char last[160] = "";
    int more = 0, rc = rows ? 1 : PRUNE_E_FAILED, lost = 0;
    while (rc == 1 && !more && !lost && (rc = db_step(r->db, rows, err)) == 1) {
        if (json_array_size(items) == (size_t)limit) {
            more = 1;
            break;
        }
        snprintf(last, sizeof last, "%s", db_text(rows, 0));
        lost = json_array_append_new(items, make(rows));
    }
    if (rc == 1)
        db_reset(rows);
    if (rc < 0 || lost) {
        json_decref(items);
        return answer_problem(a, PROBLEM_INTERNAL, "%s",
                              lost ? "Memory is short" : err->text);
    }
    return page_finish(a, items, more ? last : NULL);
}

int read_models(struct reader *r, const struct page *page, struct answer *a)
{
    struct prune_error err = {0};
    int limit = page_limit(page);
    sqlite3_stmt *rows =
        db_query(r->db, &err,
                 "SELECT " MODEL_COLUMNS " FROM model m "
                 "JOIN blob b USING (sha256) JOIN model_info i USING "
                 "(sha256) WHERE m.name > ? ORDER BY m.name LIMIT ?",
                 "ti", page && page->after ? page->after : "",
                 (int64_t)limit + 1);
    return names_page(r, rows, model_row, limit, &err, a);
}

int read_datasets(struct reader *r, const struct page *page,
                  struct answer *a)
{
    struct prune_error err = {0};
    int limit = page_limit(page);
    sqlite3_stmt *rows =
        db_query(r->db, &err,
                 "SELECT d.name, b.sha256, b.bytes, b.state, d.created, "
                 "d.updated, d.info, d.settings FROM dataset d "
                 "JOIN blob b USING (sha256) "
                 "WHERE d.name > ? ORDER BY d.name LIMIT ?",
                 "ti", page && page->after ? page->after : "",
                 (int64_t)limit + 1);
    return names_page(r, rows, dataset_row, limit, &err, a);
}

static int finish_named(struct answer *a, json_t *body)
{
    if (!body)
        return -1;
    char *digest = mem_strdup(json_text(body, "sha256", ""));
    if (answer_body(a, 200, body)) {
        mem_free(digest);
        return -1;
    }
    a->digest = digest;
    return 0;
}

int read_model(struct reader *r, const char *ref, struct answer *a)
{
    return finish_named(a, model_document(r->db, ref, a));
}

int read_dataset(struct reader *r, const char *ref, struct answer *a)
{
    return finish_named(a, dataset_document(r->db, ref, a));
}

int read_model_data(struct reader *r, const char *model, const char *file,
                    struct answer *a)
{
    return finish_named(a, model_file_document(r->db, model, file, a));
}

int read_graph(struct reader *r, const char *ref, struct answer *a)
{
    struct prune_error err = {0};
    json_t *model = ready_model(r->db, ref, a);
    if (!model)
        return -1;
    char hex[SHA256_HEX];
    snprintf(hex, sizeof hex, "%s", json_text(model, "sha256", ""));
    /* By digest a model with files beside it is its first name's. */
    sqlite3_stmt *row =
        db_query(r->db, &err,
                 "SELECT coalesce(m.graph, i.graph) FROM model_info i "
                 "LEFT JOIN model m USING (sha256) WHERE i.sha256 = ?1 "
                 "AND (?2 IS NULL OR m.name = ?2) ORDER BY m.name LIMIT 1",
                 "tt", hex, json_text(model, "name", NULL));
    int rc = row ? db_step(r->db, row, &err) : PRUNE_E_FAILED;
    json_t *body = rc == 1 ? json_loads(db_text(row, 0), 0, NULL) : NULL;
    if (rc == 1)
        db_reset(row);
    json_decref(model);
    if (rc != 1)
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    if (json_put_text(body, "sha256", hex)) {
        json_decref(body);
        body = NULL;
    }
    return answer_body(a, 200, body);
}

/* --- files ------------------------------------------------------------ */

int file_of_blob(struct reader *r, const char *hex, struct read_file *out,
                 struct answer *a)
{
    struct stat st;
    int fd = blob_open(r->s->state.blobs, hex);
    if (fd < 0 || fstat(fd, &st)) {
        if (fd >= 0)
            close(fd);
        return answer_problem(a, PROBLEM_FILE_MISSING,
                              "The file sha256:%s is gone", hex);
    }
    out->fd = fd;
    out->size = st.st_size;
    snprintf(out->sha256, sizeof out->sha256, "%s", hex);
    a->status = 200;
    return 0;
}

static int named_file(struct reader *r, const char *ref, int rc,
                      const char *hex, const char *what,
                      const char *extension, struct read_file *out,
                      struct prune_error *err, struct answer *a)
{
    if (rc == 0)
        return answer_problem(a, PROBLEM_NOT_FOUND,
                              "There is no %s '%.140s'", what, ref);
    if (rc < 0)
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err->text);
    if (!strncmp(ref, "sha256:", 7))
        snprintf(out->name, sizeof out->name, "%.12s%s", hex, extension);
    else
        snprintf(out->name, sizeof out->name, "%s", ref);
    return file_of_blob(r, hex, out, a);
}

int read_model_file(struct reader *r, const char *ref, struct read_file *out,
                    struct answer *a)
{
    struct prune_error err = {0};
    char hex[SHA256_HEX] = "";
    *out = (struct read_file){.fd = -1};
    int rc = model_resolve(r->db, ref, hex, &err);
    return named_file(r, ref, rc, hex, "model", ".onnx", out, &err, a);
}

int read_model_data_file(struct reader *r, const char *model,
                         const char *file, struct read_file *out,
                         struct answer *a)
{
    struct prune_error err = {0};
    char hex[SHA256_HEX] = "";
    *out = (struct read_file){.fd = -1};
    int rc = model_file_resolve(r->db, model, file, hex, &err);
    return named_file(r, file, rc, hex, "external data file", "", out, &err,
                      a);
}

int read_dataset_file(struct reader *r, const char *ref,
                      struct read_file *out, struct answer *a)
{
    struct prune_error err = {0};
    char hex[SHA256_HEX] = "";
    *out = (struct read_file){.fd = -1};
    int rc = dataset_resolve(r->db, ref, hex, NULL, &err);
    return named_file(r, ref, rc, hex, "data set", ".npz", out, &err, a);
}
