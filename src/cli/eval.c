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

static int show(const struct args *a, const json_t *tree,
                struct prune_error *err)
{
    return args_get(a, "against") ? print_comparison(tree, err)
                                  : print_figures(tree, err);
}

static int eval(const struct args *a, struct prune_error *err)
{
    struct bar bar;
    bar_init(&bar, a);
    struct prune_request request = {.model = a->positionals[0],
                                    .data = args_get(a, "data"),
                                    .progress = bar_tell,
                                    .payload = &bar};
    char *text;
    int rc = prune_eval(&text, &request, args_get(a, "against"), a->options,
                        err);
    bar_end(&bar);
    return rc ? rc : show_answer(a, text, show, err);
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
