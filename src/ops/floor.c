#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* the greatest integer that is not above x */
static double real(double x, const double *p)
{
    (void)p;
    return floor(x);
}

static int64_t whole(int64_t x, enum dtype t)
{
    (void)t;
    return x;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, whole, 0}, NULL,
                        err);
}

const struct op op_floor = {
    .name = "Floor",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .host = host,
};
