#include <stdio.h>

#include "base/json.h"
#include "cli/output.h"
#include "prune/dataset.h"
#include "prune/describe.h"
#include "prune/model.h"

static const struct flag flags[] = {
    {"dataset", 0, NULL, "the file is a data set (.npz), not a model", NULL},
    {"allow-missing", 0, NULL,
     "where external data are missing, say which instead of failing", NULL},
    FLAG_JSON,
    FLAG_END,
};

static void print_values(const char *title, const json_t *list)
{
    size_t i;
    json_t *v;
    char shape[CELL];
    json_array_foreach(list, i, v)
        printf("%-14s %s %s %s\n", i ? "" : title, json_text(v, "name", ""),
               json_text(v, "dtype", ""),
               text_shape(shape, json_object_get(v, "shape")));
}

static void print_totals(const json_t *tree)
{
    char t[CELL];
    printf("%-14s %s (%s with zstd)\n", "file",
           text_bytes(t, json_object_get(tree, "bytes")),
           text_bytes((char[CELL]){0},
                      json_object_get(tree, "compressed_bytes")));
    printf("%-14s ir_version %lld, opset %lld\n", "format",
           (long long)json_int(tree, "ir_version", 0),
           (long long)json_int(tree, "opset", 0));
    printf("%-14s %s (prunable %s, nonzero %s)\n", "parameters",
           text_count(t, json_object_get(tree, "parameters")),
           text_count((char[CELL]){0}, json_object_get(tree, "prunable")),
           text_count((char[CELL]){0}, json_object_get(tree, "nonzeros")));
    printf("%-14s %s a sample\n", "MACs",
           text_count(t, json_object_get(tree, "macs")));
    print_values("inputs", json_object_get(tree, "inputs"));
    print_values("outputs", json_object_get(tree, "outputs"));
    const char *why = json_text(tree, "runs_not", NULL);
    if (why)
        printf("%-14s no: %s\n", "runs", why);
}

static void layer_row(struct table *t, const json_t *l)
{
    char text[CELL];
    table_cell(t, json_text(l, "node", ""));
    table_cell(t, json_text(l, "op", ""));
    table_cell(t, text_shape(text, json_object_get(l, "output_shape")));
    table_cell(t, text_count(text, json_object_get(l, "parameters")));
    table_cell(t, text_count(text, json_object_get(l, "macs")));
}

static int print_layers(const json_t *tree, struct prune_error *err)
{
    struct table t;
    size_t i;
    json_t *l;
    table_init(&t, 5, "lllrr");
    static const char *const head[] = {"layer", "operator", "output",
                                       "parameters", "MACs"};
    for (size_t c = 0; c < 5; c++)
        table_cell(&t, head[c]);
    json_array_foreach(json_object_get(tree, "layers"), i, l)
        if (json_int(l, "parameters", 0))
            layer_row(&t, l);
    puts("");
    int bad = t.bad;
    if (!bad)
        table_print(&t, stdout);
    table_done(&t);
    return bad ? err_memory(err, "a table") : 0;
}

static void print_groups(const json_t *groups)
{
    size_t i, k;
    json_t *g, *n;
    if (json_array_size(groups))
        puts("\nprunable groups (units that go or stay together):");
    json_array_foreach(groups, i, g)
    {
        printf("  %4lld units:", (long long)json_int(g, "units", 0));
        json_array_foreach(json_object_get(g, "nodes"), k, n)
            printf(" %s(%s)", json_text(n, "node", ""),
                   json_text(n, "role", ""));
        puts("");
    }
}

static int show_model(const struct args *a, const json_t *tree,
                      struct prune_error *err)
{
    (void)a;
    print_totals(tree);
    int rc = print_layers(tree, err);
    print_groups(json_object_get(tree, "groups"));
    print_refusals(json_object_get(tree, "refusals"));
    return rc;
}

static int show_dataset(const struct args *a, const json_t *tree,
                        struct prune_error *err)
{
    char shape[CELL];
    json_t *array;
    size_t i;
    (void)a;
    (void)err;
    json_array_foreach(json_object_get(tree, "arrays"), i, array)
        printf("%-10s %s %s\n", json_text(array, "name", ""),
               json_text(array, "dtype", ""),
               text_shape(shape, json_object_get(array, "shape")));
    printf("%lld samples to calibrate, %lld to test (%s)\n",
           (long long)json_int(tree, "train", 0),
           (long long)json_int(tree, "test", 0),
           json_text(tree, "split", ""));
    return 0;
}

/* Who sends the files of a model one after the other wants to know what is
 * still to come. */
static int show_missing(const struct args *a, const json_t *tree,
                        struct prune_error *err)
{
    size_t i;
    json_t *m;
    (void)a;
    (void)err;
    json_array_foreach(json_object_get(tree, "missing"), i, m)
        printf("%-14s %s (%lld bytes)\n", "missing", json_text(m, "file", ""),
               (long long)json_int(m, "bytes_needed", 0));
    return 0;
}

/* 1 when that was all there is to say. */
static int inspect_files(const struct args *a, int *rc,
                         struct prune_error *err)
{
    char *text;
    if (!args_get(a, "allow-missing"))
        return 0;
    *rc = prune_inspect_files(&text, a->positionals[0], err);
    if (*rc)
        return 1;
    json_t *tree = json_loads(text, 0, NULL);
    int missing = json_object_get(tree, "missing") != NULL;
    json_decref(tree);
    if (missing)
        *rc = show_answer(a, text, show_missing, err);
    else
        prune_free(text);
    return missing;
}

static int inspect(const struct args *a, struct prune_error *err)
{
    int data = args_get(a, "dataset") != NULL;
    const char *path = a->positionals[0];
    char *text;
    int rc = 0;
    if (!data && inspect_files(a, &rc, err))
        return rc;
    rc = data ? prune_dataset_inspect(&text, path, a->options, err)
                  : prune_inspect(&text, path, a->options, err);
    return rc ? rc
              : show_answer(a, text, data ? show_dataset : show_model, err);
}

const struct command command_inspect = {
    .name = "inspect",
    .synopsis = "MODEL [--json]",
    .summary = "what a model is made of, and what of it can be pruned",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "shape",
    .data = 1,
    .run = inspect,
};
