#include "prune/dataset.h"

#include <stdio.h>

#include "base/err.h"
#include "cli/command.h"

static const struct flag flags[] = {
    {"output", 'o', "FILE.npz", "the data set to write", NULL},
    FLAG_END,
};

static int dataset(const struct args *a, struct prune_error *err)
{
    const char *output = args_get(a, "output");
    if (!output)
        return err_set(err, PRUNE_E_USAGE,
                       "no output is named; add -o FILE.npz");
    if (a->n_positionals == 3)
        return err_set(err, PRUNE_E_USAGE,
                       "%s has no labels beside it; usage: prune dataset %s",
                       a->positionals[2], a->command->synopsis);
    const char *const *p = a->positionals;
    return prune_dataset_pack(output, p[0], p[1], p[2], p[3], err);
}

const struct command command_dataset = {
    .name = "dataset",
    .synopsis = "IMAGES LABELS [TEST_IMAGES TEST_LABELS] -o FILE.npz",
    .summary = "pack IDX files (the MNIST family's format) into a data set",
    .min_positionals = 2,
    .max_positionals = 4,
    .flags = flags,
    .settings = "",
    .run = dataset,
};
