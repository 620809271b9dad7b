#include "ops/infer.h"
#include "ops/pool.h"
#include "ops/ties.h"

/* The largest of each channel. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_global_pool(l, g, n, POOL_MAX, err);
}

const struct op op_global_max_pool = {
    .name = "GlobalMaxPool",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_global_pool,
    .couple = ops_couple_pool,
    .lower = lower,
};
