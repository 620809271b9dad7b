#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* gamma x where x is positive, gamma alpha (exp(x) - 1) elsewhere */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim elu = {.kind = &prim_eltwise};
    struct prim scale = {.kind = &prim_eltwise};
    int in = lower_in(l, n, 0);
    int between = lower_temp(l, &node_in(g, n, 0)->shape, err);

    elu.eltwise.f = ELT_ELU;
    elu.eltwise.alpha = node_float(n, "alpha", 1.67326319F);
    scale.eltwise.f = ELT_LINEAR;
    scale.eltwise.alpha = node_float(n, "gamma", 1.05070102F);
    if (between < 0)
        return between;
    int e = lower_add(l, n, elu, &in, 1, between, err);
    return e ? e
             : lower_add(l, n, scale, &between, 1, lower_out(l, n, 0), err);
}

static double real(double x, const double *p)
{
    return p[1] * (x > 0 ? x : p[0] * expm1(x));
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "alpha", 1.67326319F),
                        (double)node_float(c->node, "gamma", 1.05070102F)};

    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, p,
                        err);
}

const struct op op_selu = {
    .name = "Selu",
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
