#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* x drawn towards 0 by bias where it is further away than lambd, else 0 */
static double real(double x, const double *p)
{
    return x < -p[0] ? x + p[1] : x > p[0] ? x - p[1] : 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "lambd", 0.5F),
                        (double)node_float(c->node, "bias", 0)};

    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, p,
                        err);
}

const struct op op_shrink = {
    .name = "Shrink",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .host = host,
};
