#include "ops/contrib.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* Gelu by its tanh, of x or x + bias: x sigmoid(2 z) with z = sqrt(2 / pi)
 * (x + 0.044715 x^3). */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct shape *s = &node_out(g, n, 0)->shape;
    struct prim p = {.kind = &prim_binary, .binary = {BIN_MUL}};
    const float two = 1.5957691216F; /* 2 sqrt(2 / pi) */
    int x = lower_in(l, n, 0), z;

    if (node_in(g, n, 1))
        x = ops_temp_binary(l, n, s, BIN_ADD, x, lower_in(l, n, 1), err);
    z = ops_temp_binary(l, n, s, BIN_MUL, x, x, err);
    z = ops_temp_eltwise(l, n, s, ELT_LINEAR, 0.044715F * two, two, z, err);
    z = ops_temp_binary(l, n, s, BIN_MUL, z, x, err);
    z = ops_temp_eltwise(l, n, s, ELT_SIGMOID, 0, 0, z, err);
    return z < 0 ? z
                 : lower_add(l, n, p, (int[]){x, z}, 2, lower_out(l, n, 0),
                             err);
}

const struct op op_ms_fast_gelu = {
    .name = "FastGelu",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .lower = lower,
};
