/* The comparison: the original and what each job made of it. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "service/model_files.h"
#include "service/reader.h"
#include "service/rows.h"

/* Columns in order, and where in a report each stands; PRUNED are those
 * that the original has too, under "original". */
enum source { REPORT, PRUNED, RATIO, JOB };

static const struct column {
    const char *name;
    enum source source;
    const char *path[2];
} columns[] = {
    {"job", JOB, {NULL}},
    {"state", JOB, {NULL}},
    {"technique", JOB, {NULL}},
    {"criterion", REPORT, {"criterion"}},
    {"target", JOB, {NULL}},
    {"achieved", REPORT, {"achieved"}},
    {"target_met", REPORT, {"target_met"}},
    {"bytes", PRUNED, {"bytes"}},
    {"bytes_ratio", RATIO, {"bytes"}},
    {"compressed_bytes", PRUNED, {"compressed_bytes"}},
    {"parameters", PRUNED, {"parameters"}},
    {"nonzeros", PRUNED, {"nonzeros"}},
    {"macs", PRUNED, {"macs"}},
    {"macs_ratio", RATIO, {"macs"}},
    {"latency_p50_ms", PRUNED, {"latency", "p50_ms"}},
    {"latency_ratio", RATIO, {"latency"}},
    {"accuracy_top1", PRUNED, {"accuracy", "top1"}},
    {"accuracy_drop", REPORT, {"accuracy_drop"}},
    {"agreement", REPORT, {"agreement"}},
    {"error", JOB, {NULL}},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static const json_t *follow(const json_t *o, const char *const path[2])
{
    const json_t *v = path[0] ? json_object_get(o, path[0]) : NULL;
    return v && path[1] ? json_object_get(v, path[1]) : v;
}

static const json_t *figure(const json_t *report, const struct column *c)
{
    const char *part = c->source == PRUNED  ? "pruned"
                       : c->source == RATIO ? "ratio"
                                            : NULL;
    return follow(part ? json_object_get(report, part) : report, c->path);
}

static int put_copy(json_t *row, const char *name, const json_t *value)
{
    if (!value || json_is_null(value))
        return 0;
    return json_put(row, name, json_deep_copy(value));
}

static int put_figures(json_t *row, const json_t *report)
{
    int rc = 0;
    for (size_t i = 0; i < N_COLUMNS && !rc; i++)
        if (columns[i].source != JOB)
            rc = put_copy(row, columns[i].name, figure(report, &columns[i]));
    return rc;
}

/* --- rows ------------------------------------------------------------- */

/* Columns: id, state, technique, target, error, report, settings. */
static json_t *job_compared(sqlite3_stmt *stmt, const json_t *report)
{
    json_t *row = json_object();
    json_t *settings = json_loads(db_text(stmt, 6), 0, NULL);
    int rc = json_put_text(row, "job", db_text(stmt, 0)) ||
             json_put_text(row, "state", db_text(stmt, 1)) ||
             json_put_text(row, "technique", db_text(stmt, 2)) ||
             put_copy(row, "criterion",
                      json_object_get(settings, "criterion")) ||
             put_json(row, "target", db_text_or_null(stmt, 3)) ||
             put_json(row, "error", db_text_or_null(stmt, 4)) ||
             put_figures(row, report);
    json_decref(settings);
    if (rc) {
        json_decref(row);
        return NULL;
    }
    return row;
}

/* `figures`: a report's "original", or what looking into the model showed
 * where no job has succeeded yet. Nothing is compared with itself: the
 * ratios stay empty, as `prune compare` leaves them. */
static json_t *original_compared(const json_t *figures)
{
    json_t *row = json_object();
    int rc = json_put_text(row, "technique", "none");
    for (size_t i = 0; i < N_COLUMNS && !rc; i++)
        if (columns[i].source == PRUNED)
            rc = put_copy(row, columns[i].name,
                          follow(figures, columns[i].path));
    if (rc) {
        json_decref(row);
        return NULL;
    }
    return row;
}

/* --- reading ---------------------------------------------------------- */

struct comparing {
    struct reader *r;
    char hex[SHA256_HEX];
    char name[129]; /* of the model asked for; empty: any */
    json_t *rows, *original; /* figures of the first report */
    int lost;
};

static void take(struct comparing *c, sqlite3_stmt *stmt)
{
    const char *text = db_text_or_null(stmt, 5);
    json_t *report = text ? json_loads(text, 0, NULL) : NULL;
    json_t *original = json_object_get(report, "original");
    if (original && !c->original)
        c->original = json_incref(original);
    if (!c->hex[0])
        memcpy(c->hex, db_text(stmt, 7), SHA256_HEX);
    if (json_array_append_new(c->rows, job_compared(stmt, report)))
        c->lost = 1;
    json_decref(report);
}

static int take_all(struct comparing *c, const char *group,
                    struct prune_error *err)
{
    /* The layers are by far the longest part and not compared. */
    sqlite3_stmt *rows = db_query(
        c->r->db, err,
        "SELECT id, state, technique, target, error, "
        "json_remove(report, '$.layers', '$.refusals', '$.settings'), "
        "settings, model_sha256 FROM job "
        "WHERE (?1 IS NULL OR group_id = ?1) "
        "AND (?2 IS NULL OR model_sha256 = ?2) "
        /* A model is what it is with the files beside it. */
        "AND (?3 IS NULL OR (SELECT json_group_object(x.name, x.sha256) "
        "FROM (SELECT name, sha256 FROM job_file WHERE job = seq "
        "ORDER BY name) x) = (SELECT json_group_object(y.name, y.sha256) "
        "FROM (SELECT f.name, f.sha256 FROM model_file f WHERE f.model = ?3 "
        "AND f.name IN (SELECT e.value ->> '$.file' FROM model_info i, "
        "json_each(i.summary, '$.external_data') e WHERE i.sha256 = ?2) "
        "ORDER BY f.name) y)) ORDER BY seq",
        "ttt", group, group ? NULL : c->hex, c->name[0] ? c->name : NULL);
    int rc = rows ? 1 : PRUNE_E_FAILED;
    while (rc == 1 && (rc = db_step(c->r->db, rows, err)) == 1)
        take(c, rows);
    return rc;
}

/* What is known of a model that nothing was made of yet. */
static void look_up(struct comparing *c)
{
    sqlite3_stmt *row =
        db_query(c->r->db, NULL,
                 "SELECT coalesce(m.summary, i.summary), b.bytes "
                 "FROM model_info i JOIN blob b USING (sha256) "
                 "LEFT JOIN model m USING (sha256) WHERE i.sha256 = ?1 "
                 "AND (?2 IS NULL OR m.name = ?2) ORDER BY m.name LIMIT 1",
                 "tt", c->hex, c->name[0] ? c->name : NULL);
    if (!row || db_step(c->r->db, row, NULL) != 1)
        return;
    c->original = json_loads(db_text(row, 0), 0, NULL);
    if (json_put_int(c->original, "bytes", sqlite3_column_int64(row, 1)))
        c->lost = 1;
    db_reset(row);
}

static json_t *model_of(struct comparing *c, const char *name)
{
    json_t *model = json_object();
    int rc = json_put_text(model, "sha256", c->hex);
    if (!rc && name && strncmp(name, "sha256:", 7) != 0)
        rc = json_put_text(model, "name", name);
    if (rc) {
        json_decref(model);
        return NULL;
    }
    return model;
}

static int finish(struct comparing *c, const char *name, struct answer *a)
{
    if (!c->original)
        look_up(c);
    json_t *body = json_object();
    if (c->lost ||
        json_array_insert_new(c->rows, 0, original_compared(c->original)) ||
        json_put(body, "model", model_of(c, name)) ||
        json_put(body, "rows", json_incref(c->rows))) {
        json_decref(body);
        body = NULL;
    }
    return answer_body(a, 200, body);
}

static int find_model(struct comparing *c, const char *model,
                      struct answer *a)
{
    struct prune_error err = {0};
    int rc = model_resolve(c->r->db, model, c->hex, &err);
    if (rc == 1 && strncmp(model, "sha256:", 7) != 0)
        snprintf(c->name, sizeof c->name, "%s", model);
    if (rc < 0)
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    return rc ? 0
              : answer_problem(a, PROBLEM_NOT_FOUND,
                               "There is no model '%.140s'", model);
}

int read_compare(struct reader *r, const char *model, const char *group,
                 struct answer *a)
{
    struct prune_error err = {0};
    struct comparing c = {.r = r};
    if (!model == !group)
        return answer_problem(a, PROBLEM_BAD_REQUEST,
                              "Give one of model and group");
    if (model && find_model(&c, model, a))
        return -1;
    c.rows = json_array();
    int rc = c.rows ? take_all(&c, group, &err)
                    : err_memory(&err, "a comparison");
    if (rc < 0)
        answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    else if (group && !json_array_size(c.rows))
        rc = answer_problem(a, PROBLEM_NOT_FOUND, "There is no group '%.40s'",
                            group);
    else
        rc = finish(&c, model, a);
    json_decref(c.rows);
    json_decref(c.original);
    return rc;
}

/* --- CSV -------------------------------------------------------------- */

static void csv_text(struct buf *b, const char *s)
{
    if (!s[strcspn(s, ",\"\n")]) {
        buf_puts(b, s);
        return;
    }
    buf_puts(b, "\"");
    for (; *s; s++)
        buf_add(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    buf_puts(b, "\"");
}

static void csv_scalar(struct buf *b, const json_t *v)
{
    if (json_is_string(v)) {
        csv_text(b, json_string_value(v));
        return;
    }
    char *text = json_dump(v);
    if (text)
        csv_text(b, text);
    else
        b->bad = 1;
    mem_free(text);
}

/* {"sparsity": 0.5} is sparsity=0.5; an error is `type: detail`. */
static void csv_object(struct buf *b, const json_t *v)
{
    const char *type = json_text(v, "type", NULL), *key;
    json_t *one, *object = (json_t *)v;
    if (type) {
        char *text = mem_printf("%s: %s", type, json_text(v, "detail", ""));
        if (text)
            csv_text(b, text);
        else
            b->bad = 1;
        mem_free(text);
        return;
    }
    json_object_foreach (object, key, one) {
        buf_printf(b, "%s=", key);
        csv_scalar(b, one);
    }
}

char *compare_csv(const json_t *body)
{
    struct buf b = {0};
    const json_t *row;
    size_t i;
    for (size_t k = 0; k < N_COLUMNS; k++)
        buf_printf(&b, "%s%s", k ? "," : "", columns[k].name);
    buf_puts(&b, "\n");
    json_array_foreach (json_object_get(body, "rows"), i, row) {
        for (size_t k = 0; k < N_COLUMNS; k++) {
            const json_t *v = json_object_get(row, columns[k].name);
            if (k)
                buf_puts(&b, ",");
            if (json_is_object(v))
                csv_object(&b, v);
            else if (v)
                csv_scalar(&b, v);
        }
        buf_puts(&b, "\n");
    }
    return buf_take(&b);
}
