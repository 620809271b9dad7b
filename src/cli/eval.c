#include "base/json.h"
#include "cli/output.h"

static const struct flag flags[] = {
    FLAG_DATA,
    {"against", 0, "ORIGINAL", "compare with this model, timed alternately",
     NULL},
    FLAG_JSON,
    FLAG_PROGRESS,
    FLAG_END,
};

static int print_result(char *text, int pair, struct prune_error *err)
{
    json_t *tree;
    int rc = parse_answer(&tree, text, err);
    if (rc)
        return rc;
    rc = pair ? print_comparison(tree, err) : print_figures(tree, err);
    json_decref(tree);
    return rc;
}

static int eval(const struct args *a, struct prune_error *err)
{
    const char *against = args_get(a, "against");
    struct bar bar;
    bar_init(&bar, a);
    struct prune_request request = {.model = a->positionals[0],
                                    .data = args_get(a, "data"),
                                    .progress = bar_tell,
                                    .payload = &bar};
    char *text;
    int rc = prune_eval(&text, &request, against, a->options, err);
    bar_end(&bar);
    if (rc)
        return rc;
    if (!args_get(a, "json"))
        return print_result(text, against != NULL, err);
    print_answer(text);
    return 0;
}

const struct command command_eval = {
    .name = "eval",
    .synopsis = "MODEL [-d DATA] [--against ORIGINAL] [--json]",
    .summary = "measure size, inference time and accuracy of a model",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "batch shape seed threads input output",
    .data = 1,
    .run = eval,
};
