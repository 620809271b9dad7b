#include "ops/contrib.h"
#include "ops/skip.h"

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct shape *s = &node_in(g, n, 0)->shape;
    int sum = ops_lower_skip(l, g, n, 3, err);

    return sum < 0 ? sum
                   : ops_lower_rms(l, n, s, s->rank - 1,
                                   node_float(n, "epsilon", 1e-12F), sum,
                                   lower_in(l, n, 2), lower_out(l, n, 0),
                                   err);
}

const struct op op_ms_skip_simplified_layer_normalization = {
    .name = "SkipSimplifiedLayerNormalization",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 3,
    .max_inputs = 4,
    .infer = ops_infer_skip,
    .couple = ops_couple_skip,
    .lower = lower,
};
