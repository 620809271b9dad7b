#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* Whether x is infinite, of the signs asked for. */
static double real(double x, const double *p)
{
    return isinf(x) && (x > 0 ? p[0] : p[1]) != 0 ? 1 : 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_int(c->node, "detect_positive", 1),
                        (double)node_int(c->node, "detect_negative", 1)};

    return ops_host_map(c, &(struct ops_map){real, NULL, DTYPE_BOOL}, p, err);
}

const struct op op_is_inf = {
    .name = "IsInf",
    .domain = "",
    .since = 10,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_truth,
    .couple = ops_couple_decides,
    .host = host,
};
