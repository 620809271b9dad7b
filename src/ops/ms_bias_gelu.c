#include "ops/contrib.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* Gelu of x + bias, which is one number for each place of the last axis. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_eltwise, .eltwise = {ELT_GELU, 0, 0}};
    int sum = ops_temp_binary(l, n, &node_out(g, n, 0)->shape, BIN_ADD,
                              lower_in(l, n, 0), lower_in(l, n, 1), err);

    return sum < 0 ? sum
                   : lower_add(l, n, p, &sum, 1, lower_out(l, n, 0), err);
}

const struct op op_ms_bias_gelu = {
    .name = "BiasGelu",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .lower = lower,
};
