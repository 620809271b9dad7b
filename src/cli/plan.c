#include <stdio.h>

#include "base/json.h"
#include "cli/output.h"

static const struct flag flags[] = {
    {"technique", 't', "TECHNIQUE", "how to prune; see below", "technique"},
    FLAG_DATA,
    {"recover", 'r', "RECOVER", "recovery meant for later", "recover"},
    {"criterion", 'c', "CRITERION", "what decides", "criterion"},
    FLAG_JSON,
    FLAG_PROGRESS,
    FLAG_END,
};

static void part_row(struct table *t, const json_t *part)
{
    char text[CELL];
    int64_t removed = json_int(part, "removed", 0);
    int64_t total = json_int(part, "total", 0);
    table_cell(t, json_text(part, "node", ""));
    table_cell(t, json_text(part, "op", ""));
    table_cell(t, json_text(part, "what", ""));
    snprintf(text, sizeof text, "%lld", (long long)removed);
    table_cell(t, text);
    snprintf(text, sizeof text, "%lld", (long long)total);
    table_cell(t, text);
    snprintf(text, sizeof text, "%.1f %%",
             total ? 100.0 * (double)removed / (double)total : 0.0);
    table_cell(t, text);
}

static int show(const struct args *a, const json_t *plan,
                struct prune_error *err)
{
    json_t *part;
    size_t i;
    struct table t;
    (void)a;
    table_init(&t, 6, "lllrrr");
    static const char *const head[] = {"node", "operator", "what",
                                       "goes", "of",       "share"};
    for (size_t c = 0; c < 6; c++)
        table_cell(&t, head[c]);
    json_array_foreach(json_object_get(plan, "parts"), i, part)
        part_row(&t, part);
    int rc = t.bad ? err_memory(err, "a table") : 0;
    if (!rc)
        table_print(&t, stdout);
    table_done(&t);
    printf("\n%lld of %lld prunable parameters would go; nothing was "
           "written\n",
           (long long)json_int(plan, "removed", 0),
           (long long)json_int(plan, "prunable", 0));
    print_refusals(json_object_get(plan, "refusals"));
    return rc;
}

static int plan(const struct args *a, struct prune_error *err)
{
    struct bar bar;
    bar_init(&bar, a);
    struct prune_request request = {.model = a->positionals[0],
                                    .data = args_get(a, "data"),
                                    .progress = bar_tell,
                                    .payload = &bar};
    char *text;
    int rc = prune_plan(&text, &request, a->options, err);
    bar_end(&bar);
    return rc ? rc : show_answer(a, text, show, err);
}

const struct command command_plan = {
    .name = "plan",
    .synopsis = "MODEL -t TECHNIQUE --sparsity S [-d DATA] [SETTINGS] "
                "[--json]",
    .summary = "a dry run: what would go, and what is refused and why",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "*",
    .data = 1,
    .run = plan,
};
