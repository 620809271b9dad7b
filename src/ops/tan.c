#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* tan(x), x in radians */
static double real(double x, const double *p)
{
    (void)p;
    return tan(x);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, NULL, 0}, NULL,
                        err);
}

const struct op op_tan = {
    .name = "Tan",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .host = host,
};
