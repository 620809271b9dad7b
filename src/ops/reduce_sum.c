#include "ops/infer.h"
#include "ops/reduce.h"
#include "ops/ties.h"

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_reduce(c, g, n, "sums over channels", err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_reduce(l, g, n, RED_SUM, err);
}

const struct op op_reduce_sum = {
    .name = "ReduceSum",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_reduce,
    .couple = couple,
    .lower = lower,
};
