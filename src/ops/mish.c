#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* x tanh(softplus(x)) */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    (void)g;
    return ops_lower_eltwise(l, n, ELT_MISH, 0, 0, err);
}

static double real(double x, const double *p)
{
    (void)p;
    return x * tanh(x > 30 ? x : log1p(exp(x)));
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, NULL,
                        err);
}

const struct op op_mish = {
    .name = "Mish",
    .domain = "",
    .since = 18,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .lower = lower,
    .host = host,
};
