#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* |x| */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    (void)g;
    return ops_lower_eltwise(l, n, ELT_ABS, 0, 0, err);
}

static double real(double x, const double *p)
{
    (void)p;
    return fabs(x);
}

static int64_t whole(int64_t x, enum dtype t)
{
    return ops_less(x, 0, t) ? (int64_t)(0 - (uint64_t)x) : x;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){real, whole, 0}, NULL, err);
}

const struct op op_abs = {
    .name = "Abs",
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
