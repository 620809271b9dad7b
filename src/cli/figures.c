/* Tables of measured figures. */
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/output.h"

typedef const char *text_f(char out[static CELL], const json_t *v);

/* A row of figures: where it stands in M and how people read it. */
static const struct row {
    const char *title, *object, *key, *ratio;
    text_f *text;
} rows[] = {
    {"file size", NULL, "bytes", "bytes", text_bytes},
    {"compressed (zstd -3)", NULL, "compressed_bytes", "compressed_bytes",
     text_bytes},
    {"parameters", NULL, "parameters", "parameters", text_count},
    {"nonzeros", NULL, "nonzeros", "nonzeros", text_count},
    {"MACs", NULL, "macs", "macs", text_count},
    {"inference time (p50)", "latency", "p50_ms", "latency", text_ms},
    {"inference time (p90)", "latency", "p90_ms", NULL, text_ms},
    {"accuracy (top-1)", "accuracy", "top1", NULL, text_percent},
    {"accuracy (top-5)", "accuracy", "top5", NULL, text_percent},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static const json_t *figure(const json_t *m, const struct row *r)
{
    if (r->object)
        m = json_object_get(m, r->object);
    return json_object_get(m, r->key);
}

static void comparison_row(struct table *t, const struct row *r,
                           const json_t *report)
{
    char text[CELL];
    table_cell(t, r->title);
    table_cell(t, r->text(text, figure(json_object_get(report, "original"),
                                       r)));
    table_cell(t, r->text(text, figure(json_object_get(report, "pruned"),
                                       r)));
    if (r->ratio)
        table_cell(t, text_ratio(text,
                                 json_object_get(json_object_get(report,
                                                                 "ratio"),
                                                 r->ratio)));
    else
        table_cell(t, "");
}

static void print_notes(const json_t *report)
{
    const json_t *drop = json_object_get(report, "accuracy_drop");
    const json_t *same = json_object_get(report, "agreement");
    const json_t *interval = json_object_get(
        json_object_get(json_object_get(report, "pruned"), "accuracy"),
        "interval95");
    if (drop)
        printf("accuracy drop %.2f points", json_number_value(drop));
    if (json_array_size(interval) == 2)
        printf(" (pruned: 95 %% interval %.2f to %.2f)",
               json_number_value(json_array_get(interval, 0)),
               json_number_value(json_array_get(interval, 1)));
    if (same)
        printf("%ssame answer as the original on %.2f %% of the samples",
               drop ? "; " : "", 100 * json_number_value(same));
    if (drop || same)
        puts("");
}

int print_comparison(const json_t *report, struct prune_error *err)
{
    struct table t;
    table_init(&t, 4, "lrrr");
    table_cell(&t, "");
    table_cell(&t, "original");
    table_cell(&t, "pruned");
    table_cell(&t, "ratio");
    for (int i = 0; i < N_ROWS; i++)
        if (figure(json_object_get(report, "original"), &rows[i]))
            comparison_row(&t, &rows[i], report);
    int bad = t.bad;
    if (!bad)
        table_print(&t, stdout);
    table_done(&t);
    if (bad)
        return err_memory(err, "a table");
    print_notes(report);
    return 0;
}

int print_figures(const json_t *m, struct prune_error *err)
{
    struct table t;
    char text[CELL];
    table_init(&t, 2, "lr");
    table_cell(&t, "");
    table_cell(&t, "measured");
    for (int i = 0; i < N_ROWS; i++) {
        if (!figure(m, &rows[i]))
            continue;
        table_cell(&t, rows[i].title);
        table_cell(&t, rows[i].text(text, figure(m, &rows[i])));
    }
    int bad = t.bad;
    if (!bad)
        table_print(&t, stdout);
    table_done(&t);
    return bad ? err_memory(err, "a table") : 0;
}

enum { MOST_REFUSALS = 8 };

void print_refusals(const json_t *refusals)
{
    size_t n = json_array_size(refusals), i;
    json_t *row;
    if (!n)
        return;
    puts("\nleft as they were:");
    json_array_foreach(refusals, i, row)
    {
        if (i == MOST_REFUSALS) {
            printf("  … and %zu more (--json lists them)\n", n - i);
            break;
        }
        const char *node = json_text(row, "node", "");
        printf("  %s: %s\n", *node ? node : "the network",
               json_text(row, "reason", ""));
    }
}
