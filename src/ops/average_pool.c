#include "ops/infer.h"
#include "ops/pool.h"
#include "ops/ties.h"

/* The mean of each window, over the input alone or the padding too. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    int pads = node_int(n, "count_include_pad", 0) != 0;

    return ops_lower_pool(l, g, n, pads ? POOL_MEAN_WITH_PAD : POOL_MEAN, err);
}

const struct op op_average_pool = {
    .name = "AveragePool",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_pool,
    .couple = ops_couple_pool,
    .lower = lower,
};
