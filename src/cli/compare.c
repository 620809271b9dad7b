#include <string.h>

#include "base/json.h"
#include "cli/output.h"

static const struct flag flags[] = {
    FLAG_DATA,
    {"techniques", 0, "A,B,…", "only these techniques", NULL},
    {"recover", 'r', "RECOVER", "win accuracy back afterwards", "recover"},
    {"output-dir", 'o', "DIR", "keep the pruned models as DIR/TECHNIQUE.onnx",
     NULL},
    {"csv", 0, NULL, "print comma-separated values", NULL},
    {"markdown", 0, NULL, "print a Markdown table", NULL},
    FLAG_JSON,
    FLAG_PROGRESS,
    FLAG_END,
};

typedef const char *text_f(char out[static CELL], const json_t *v);

static const struct {
    const char *title, *key;
    text_f *text; /* NULL: as it is */
} columns[] = {
    {"technique", "technique", NULL},
    {"achieved", "achieved", text_ratio},
    {"size", "bytes", text_bytes},
    {"×", "bytes_ratio", text_ratio},
    {"zstd", "compressed_bytes", text_bytes},
    {"MACs", "macs", text_count},
    {"×", "macs_ratio", text_ratio},
    {"time p50", "latency_p50_ms", text_ms},
    {"×", "latency_ratio", text_ratio},
    {"accuracy", "accuracy_top1", text_percent},
    {"drop", "accuracy_drop", text_percent},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void table_row(struct table *t, const json_t *row)
{
    char text[CELL];
    for (int c = 0; c < N_COLUMNS; c++) {
        const json_t *v = json_object_get(row, columns[c].key);
        table_cell(t, columns[c].text ? columns[c].text(text, v)
                                      : json_string_value(v));
    }
}

static int print_table(const json_t *rows, int markdown,
                       struct prune_error *err)
{
    struct table t;
    size_t i;
    json_t *row;
    table_init(&t, N_COLUMNS, "lrrrrrrrrrr");
    for (int c = 0; c < N_COLUMNS; c++)
        table_cell(&t, columns[c].title);
    json_array_foreach(rows, i, row)
        table_row(&t, row);
    int bad = t.bad;
    if (!bad && markdown)
        table_print_markdown(&t, stdout);
    else if (!bad)
        table_print(&t, stdout);
    table_done(&t);
    if (bad)
        return err_memory(err, "a table");
    json_array_foreach(rows, i, row)
    {
        const char *why = json_text(row, "error", NULL);
        if (why)
            printf("%s%s: %s\n", markdown ? "\n" : "",
                   json_text(row, "technique", ""), why);
        else if (json_is_false(json_object_get(row, "target_met")))
            printf("%s%s: went as far as it goes, short of the target\n",
                   markdown ? "\n" : "", json_text(row, "technique", ""));
    }
    return 0;
}

/* Quotes around text, doubled within, as RFC 4180 has it; lines end as the
 * terminal's do, and as the daemon's CSV does. */
static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void print_field(const json_t *v)
{
    const char *key;
    json_t *amount;
    if (json_is_string(v) && strpbrk(json_string_value(v), ",\"\r\n"))
        print_quoted(json_string_value(v));
    else if (json_is_string(v))
        fputs(json_string_value(v), stdout);
    else if (json_is_integer(v))
        printf("%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        printf("%.10g", json_real_value(v));
    else if (json_is_boolean(v))
        fputs(json_is_true(v) ? "true" : "false", stdout);
    else if (json_is_object(v))
        json_object_foreach((json_t *)(uintptr_t)v, key, amount)
            printf("%s=%g", key, json_number_value(amount));
}

/* Columns are the first row's own: the library keeps their order. */
static void print_csv(const json_t *rows)
{
    json_t *row, *ignored;
    json_t *first = json_array_get(rows, 0);
    const char *key, *comma = "";
    size_t i;
    json_object_foreach(first, key, ignored)
    {
        printf("%s%s", comma, key);
        comma = ",";
    }
    fputs("\n", stdout);
    json_array_foreach(rows, i, row)
    {
        comma = "";
        json_object_foreach(first, key, ignored)
        {
            fputs(comma, stdout);
            print_field(json_object_get(row, key));
            comma = ",";
        }
        fputs("\n", stdout);
    }
}

static int show(const struct args *a, const json_t *tree,
                struct prune_error *err)
{
    const json_t *rows = json_object_get(tree, "rows");
    if (!args_get(a, "csv"))
        return print_table(rows, args_get(a, "markdown") != NULL, err);
    print_csv(rows);
    return 0;
}

static int compare(const struct args *a, struct prune_error *err)
{
    int forms = (args_get(a, "json") != NULL) + (args_get(a, "csv") != NULL) +
                (args_get(a, "markdown") != NULL);
    if (forms > 1)
        return err_set(err, PRUNE_E_USAGE,
                       "only one of --json, --csv and --markdown");
    struct bar bar;
    bar_init(&bar, a);
    struct prune_request request = {.model = a->positionals[0],
                                    .data = args_get(a, "data"),
                                    .output = args_get(a, "output-dir"),
                                    .progress = bar_tell,
                                    .payload = &bar};
    char *text;
    int rc = prune_compare(&text, &request, args_get(a, "techniques"),
                           a->options, err);
    bar_end(&bar);
    return rc ? rc : show_answer(a, text, show, err);
}

const struct command command_compare = {
    .name = "compare",
    .synopsis = "MODEL -d DATA [--sparsity S] [--techniques a,b,…] "
                "[--csv|--json|--markdown]",
    .summary = "all techniques beside the original, in one table",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "*",
    .data = 1,
    .run = compare,
};
