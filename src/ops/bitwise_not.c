#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* Every bit turned around. */
static int64_t whole(int64_t x, enum dtype t)
{
    (void)t;
    return ~x;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){NULL, whole, 0}, NULL, err);
}

const struct op op_bitwise_not = {
    .name = "BitwiseNot",
    .domain = "",
    .since = 18,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .host = host,
};
