#include "base/err.h"
#include "cli/command.h"
#include "prune/model.h"

static const struct flag flags[] = {
    {"input", 0, "NAME=FILE.npy", "feed this array; once per input", NULL},
    {"output-dir", 0, "DIR", "where NAME.npy of each output goes", NULL},
    FLAG_END,
};

static int infer(const struct args *a, struct prune_error *err)
{
    const char *inputs[MAX_VALUES];
    int n = 0;
    while (n < MAX_VALUES && (inputs[n] = args_get_nth(a, "input", n)))
        n++;
    const char *folder = args_get(a, "output-dir");
    if (!folder)
        return err_set(err, PRUNE_E_USAGE,
                       "no folder is named; add --output-dir DIR");
    return prune_infer(a->positionals[0], inputs, n, folder, a->options, err);
}

const struct command command_infer = {
    .name = "infer",
    .synopsis = "MODEL --input NAME=FILE.npy … --output-dir DIR",
    .summary = "run a model on NumPy arrays",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "threads batch",
    .run = infer,
};
