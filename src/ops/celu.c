#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* max(0, x) + min(0, alpha (exp(x / alpha) - 1)) */
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
    .host = host,
};
