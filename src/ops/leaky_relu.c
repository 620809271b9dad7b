#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* x where it is positive, alpha x elsewhere */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    float alpha = node_float(n, "alpha", 0.01f);

    (void)g;
    return ops_lower_eltwise(l, n, ELT_LEAKY, alpha, 0, err);
}

static double real(double x, const double *p)
{
    return x < 0 ? p[0] * x : x;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "alpha", 0.01F)};

    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, p, err);
}

const struct op op_leaky_relu = {
    .name = "LeakyRelu",
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
