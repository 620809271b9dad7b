#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* max(0, min(1, alpha x + beta)) */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    float alpha = node_float(n, "alpha", 0.2f);
    float beta = node_float(n, "beta", 0.5f);

    (void)g;
    return ops_lower_eltwise(l, n, ELT_HARDSIGMOID, alpha, beta, err);
}

static double real(double x, const double *p)
{
    return fmax(0, fmin(1, p[0] * x + p[1]));
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "alpha", 0.2F),
                        (double)node_float(c->node, "beta", 0.5F)};

    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, p, err);
}

const struct op op_hard_sigmoid = {
    .name = "HardSigmoid",
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
