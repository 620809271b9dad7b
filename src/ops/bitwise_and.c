#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* a & b, bit by bit */
static int64_t whole(int64_t a, int64_t b, enum dtype t)
{
    (void)t;
    return a & b;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_fold(c, &(struct ops_fold){NULL, whole, 0},
                         err);
}

const struct op op_bitwise_and = {
    .name = "BitwiseAnd",
    .domain = "",
    .since = 18,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .host = host,
};
