#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* max(0, x) + min(0, alpha (exp(x / alpha) - 1)) */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct shape *shape = &node_in(g, n, 0)->shape;
    float alpha = node_float(n, "alpha", 1);
    struct prim before = {.kind = &prim_eltwise,
                          .eltwise = {ELT_LINEAR, 1 / alpha, 0}};
    struct prim elu = {.kind = &prim_eltwise, .eltwise = {ELT_ELU, 1, 0}};
    struct prim after = {.kind = &prim_eltwise,
                         .eltwise = {ELT_LINEAR, alpha, 0}};
    int in = lower_in(l, n, 0);
    int a = lower_temp(l, shape, err), b = lower_temp(l, shape, err), e;

    if (!(alpha > 0)) /* x / alpha would change its sign */
        return lower_refuse(n, err, "its alpha is not positive");
    if (a < 0 || b < 0)
        return a < 0 ? a : b;
    (void)((e = lower_add(l, n, before, &in, 1, a, err)) ||
           (e = lower_add(l, n, elu, &a, 1, b, err)) ||
           (e = lower_add(l, n, after, &b, 1, lower_out(l, n, 0), err)));
    return e;
}

static double real(double x, const double *p)
{
    return x > 0 ? x : p[0] * expm1(x / p[0]);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "alpha", 1)};

    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, p,
                        err);
}

const struct op op_celu = {
    .name = "Celu",
    .domain = "",
    .since = 12,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .lower = lower,
    .host = host,
};
