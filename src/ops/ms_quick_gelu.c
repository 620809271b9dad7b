#include "ops/contrib.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* x sigmoid(alpha x) */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct shape *s = &node_out(g, n, 0)->shape;
    struct prim p = {.kind = &prim_binary, .binary = {BIN_MUL}};
    int x = lower_in(l, n, 0);
    int z = ops_temp_eltwise(l, n, s, ELT_LINEAR,
                             node_float(n, "alpha", 1.702F), 0, x, err);

    z = ops_temp_eltwise(l, n, s, ELT_SIGMOID, 0, 0, z, err);
    return z < 0 ? z
                 : lower_add(l, n, p, (int[]){x, z}, 2, lower_out(l, n, 0),
                             err);
}

const struct op op_ms_quick_gelu = {
    .name = "QuickGelu",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .lower = lower,
};
