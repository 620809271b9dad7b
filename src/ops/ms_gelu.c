#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    (void)g;
    return ops_lower_eltwise(l, n, ELT_GELU, 0, 0, err);
}

const struct op op_ms_gelu = {
    .name = "Gelu",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .lower = lower,
};
