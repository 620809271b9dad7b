#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* a == b */
static double real(double a, double b)
{
    return a == b;
}

static int64_t whole(int64_t a, int64_t b, enum dtype t)
{
    (void)t;
    return a == b;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_fold(c, &(struct ops_fold){real, whole, DTYPE_BOOL},
                         err);
}

const struct op op_equal = {
    .name = "Equal",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_truths,
    .couple = ops_couple_decides,
    .host = host,
};
