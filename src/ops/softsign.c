#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* x / (1 + |x|) */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct shape *shape = &node_in(g, n, 0)->shape;
    struct prim size = {.kind = &prim_eltwise, .eltwise = {ELT_ABS, 0, 0}};
    struct prim more = {.kind = &prim_eltwise, .eltwise = {ELT_LINEAR, 1, 1}};
    struct prim over = {.kind = &prim_binary, .binary = {BIN_DIV}};
    int in = lower_in(l, n, 0);
    int a = lower_temp(l, shape, err), b = lower_temp(l, shape, err), e;

    if (a < 0 || b < 0)
        return a < 0 ? a : b;
    (void)((e = lower_add(l, n, size, &in, 1, a, err)) ||
           (e = lower_add(l, n, more, &a, 1, b, err)) ||
           (e = lower_add(l, n, over, (int[]){in, b}, 2, lower_out(l, n, 0),
                          err)));
    return e;
}

static double real(double x, const double *p)
{
    (void)p;
    return x / (1 + fabs(x));
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, NULL,
                        err);
}

const struct op op_softsign = {
    .name = "Softsign",
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
