#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* whether x is no number */
static double real(double x, const double *p)
{
    (void)p;
    return isnan(x) ? 1 : 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, NULL, DTYPE_BOOL}, NULL,
                        err);
}

const struct op op_is_nan = {
    .name = "IsNaN",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_truth,
    .couple = ops_couple_decides,
    .host = host,
};
