/* The comparison table: one run per technique, a row each. */
#include <string.h>

#include "api/context.h"
#include "base/alloc.h"
#include "base/export.h"
#include "base/json.h"
#include "prune/technique.h"

/* Columns of a row, in the order of the daemon's CSV. */
static const char *const columns[] = {
    "job", "state", "technique", "criterion", "target", "achieved",
    "target_met", "bytes", "bytes_ratio", "compressed_bytes", "parameters",
    "nonzeros", "macs", "macs_ratio", "latency_p50_ms", "latency_ratio",
    "accuracy_top1", "accuracy_drop", "agreement", "error",
};

static json_t *empty_row(const char *technique)
{
    json_t *row = json_object();
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        json_put(row, columns[i], json_null());
    json_put_text(row, "technique", technique);
    return row;
}

static void copy(json_t *row, const char *column, const json_t *from,
                 const char *key)
{
    json_t *v = json_object_get(from, key);
    if (v)
        json_object_set(row, column, v);
}

/* Figures of one model, M of the report. */
static void put_figures(json_t *row, const json_t *m)
{
    static const char *const same[] = {"bytes", "compressed_bytes",
                                       "parameters", "nonzeros", "macs"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        copy(row, same[i], m, same[i]);
    copy(row, "latency_p50_ms", json_object_get(m, "latency"), "p50_ms");
    copy(row, "accuracy_top1", json_object_get(m, "accuracy"), "top1");
}

static json_t *report_row(const json_t *report)
{
    json_t *row = empty_row(json_text(report, "technique", ""));
    static const char *const same[] = {"criterion", "target", "achieved",
                                       "target_met", "accuracy_drop",
                                       "agreement"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        copy(row, same[i], report, same[i]);
    put_figures(row, json_object_get(report, "pruned"));
    const json_t *ratio = json_object_get(report, "ratio");
    copy(row, "bytes_ratio", ratio, "bytes");
    copy(row, "macs_ratio", ratio, "macs");
    copy(row, "latency_ratio", ratio, "latency");
    return row;
}

/* Settings that only other techniques use are left to them. */
static void keep_used(struct settings *s, const char *technique)
{
    int n;
    const struct setting_row *rows = settings_rows(&n);
    for (int i = 0; i < n; i++)
        if (rows[i].target == TARGET_NONE &&
            !setting_used_by(&rows[i], technique))
            s->set &= ~((uint64_t)1 << i);
}

/* Progress of one technique, its name put before the phase. */
struct relay {
    const struct prune_request *request;
    const char *technique;
};

static int tell(void *payload, const char *phase, long long done,
                long long total)
{
    const struct relay *r = payload;
    char text[96];
    snprintf(text, sizeof text, "%s: %s", r->technique, phase);
    return r->request->progress(r->request->payload, text, done, total);
}

static int set_up(struct prune_options *o, const struct prune_options *from,
                  const char *technique, struct prune_error *err)
{
    *o = *from;
    int rc = settings_set(&o->settings, "technique", technique, err);
    if (!rc && o->settings.target == TARGET_NONE)
        rc = settings_set(&o->settings, "sparsity", "0.5", err);
    int n;
    const struct setting_row *rows = settings_rows(&n);
    long best = settings_row("best_effort") - rows;
    if (!rc && !(o->settings.set >> best & 1))
        rc = settings_set(&o->settings, "best_effort", "true", err);
    keep_used(&o->settings, technique);
    return rc;
}

static int run_one(json_t **report, const struct prune_request *request,
                   const struct prune_options *options, const char *technique,
                   struct prune_error *err)
{
    struct prune_options o;
    struct relay relay = {request, technique};
    struct prune_request one = *request;
    char *text = NULL, *path = NULL;
    int rc = set_up(&o, options, technique, err);
    if (request->progress) {
        one.progress = tell;
        one.payload = &relay;
    }
    if (!rc && request->output) {
        path = mem_printf("%s/%s.onnx", request->output, technique);
        one.output = path;
        rc = path ? 0 : err_memory(err, "a path");
    }
    if (!rc)
        rc = prune_run(&text, &one, &o, err);
    if (!rc && !(*report = json_loads(text, 0, NULL)))
        rc = err_memory(err, "a report");
    mem_free(text);
    mem_free(path);
    return rc;
}

/* Of what a technique may answer, these are findings about it; the rest
 * would be the same for all and ends the comparison. */
static int is_finding(int code)
{
    return code == PRUNE_E_TARGET || code == PRUNE_E_NOTHING;
}

static int add_row(json_t *rows, const struct prune_request *request,
                   const struct prune_options *options, const char *technique,
                   struct prune_error *err)
{
    json_t *report = NULL;
    struct prune_error why = {0};
    int rc = run_one(&report, request, options, technique, &why);
    if (rc && !is_finding(rc))
        return err_set(err, rc, "%s", why.text);
    json_t *row;
    if (rc) {
        row = empty_row(technique);
        json_put_text(row, "error", why.text);
    } else {
        row = report_row(report);
        if (json_array_size(rows) == 0 ||
            json_is_null(json_object_get(json_array_get(rows, 0), "bytes")))
            put_figures(json_array_get(rows, 0),
                        json_object_get(report, "original"));
    }
    json_decref(report);
    return json_array_append_new(rows, row) ? err_memory(err, "a table") : 0;
}

static int add_all(json_t *rows, const struct prune_request *request,
                   const struct prune_options *options,
                   struct prune_error *err)
{
    int n, rc = 0;
    const struct technique *const *all = technique_all(&n);
    for (int i = 0; i < n && !rc; i++)
        rc = add_row(rows, request, options, all[i]->name, err);
    return rc;
}

static int add_named(json_t *rows, const struct prune_request *request,
                     const char *techniques,
                     const struct prune_options *options,
                     struct prune_error *err)
{
    char *list = mem_strdup(techniques), *save = NULL;
    int rc = list ? 0 : err_memory(err, "a list");
    for (char *p = list ? strtok_r(list, ",", &save) : NULL; p && !rc;
         p = strtok_r(NULL, ",", &save))
        rc = add_row(rows, request, options, p, err);
    mem_free(list);
    return rc;
}

PRUNE_EXPORT int prune_compare(char **result,
                               const struct prune_request *request,
                               const char *techniques,
                               const struct prune_options *options,
                               struct prune_error *err)
{
    json_t *rows = json_array();
    json_array_append_new(rows, empty_row("none"));
    int rc = techniques ? add_named(rows, request, techniques, options, err)
                        : add_all(rows, request, options, err);
    json_t *table = json_object();
    if (json_put(table, "rows", rows)) {
        json_decref(table);
        table = NULL;
    }
    if (!rc)
        return context_answer(result, table, err);
    json_decref(table);
    return rc;
}
