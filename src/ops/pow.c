#include "ops/arith.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* a to the power of b; a constant exponent needs no second tensor. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct tensor *t = ops_f32(g, n, 1);

    if (t && tensor_numel(t) == 1 && t->shape.rank <= 1)
        return ops_lower_eltwise(l, n, ELT_POW, tensor_f32(t)[0], 0, err);
    return ops_lower_binary(l, g, n, BIN_POW, err);
}

const struct op op_pow = {
    .name = "Pow",
    .domain = "",
    .since = 7,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .cost = ops_cost_riders,
    .lower = lower,
};
