#include "ops/skip.h"

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_layernorm};
    int sum = ops_lower_skip(l, g, n, 4, err), beta = lower_in(l, n, 3);

    if (sum < 0)
        return sum;
    p.layernorm.axis = node_in(g, n, 0)->shape.rank - 1;
    p.layernorm.epsilon = node_float(n, "epsilon", 1e-12F);
    return lower_add(l, n, p,
                     (int[]){sum, lower_in(l, n, 2), beta < 0 ? -1 : beta},
                     3, lower_out(l, n, 0), err);
}

const struct op op_ms_skip_layer_normalization = {
    .name = "SkipLayerNormalization",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 3,
    .max_inputs = 5,
    .infer = ops_infer_skip,
    .couple = ops_couple_skip,
    .lower = lower,
};
