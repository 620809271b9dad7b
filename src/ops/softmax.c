#include "ops/softmaxes.h"

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_softmax(l, g, n, 0, err);
}

const struct op op_softmax = {
    .name = "Softmax",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_softmax,
    .couple = ops_couple_softmax,
    .lower = lower,
};
