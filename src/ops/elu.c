#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* x where it is positive, alpha (exp(x) - 1) elsewhere */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    float alpha = node_float(n, "alpha", 1);

    (void)g;
    return ops_lower_eltwise(l, n, ELT_ELU, alpha, 0, err);
}

static double real(double x, const double *p)
{
    return x < 0 ? p[0] * expm1(x) : x;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "alpha", 1)};

    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, p, err);
}

const struct op op_elu = {
    .name = "Elu",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .lower = lower,
    .host = host,
};
