#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* 1 / (1 + exp(-x)) */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    (void)g;
    return ops_lower_eltwise(l, n, ELT_SIGMOID, 0, 0, err);
}

static double real(double x, const double *p)
{
    (void)p;
    return 1 / (1 + exp(-x));
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, NULL, err);
}

const struct op op_sigmoid = {
    .name = "Sigmoid",
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
