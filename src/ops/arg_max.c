#include "ops/elementwise.h"
#include "ops/order.h"

/* Where along an axis the largest element is. */
static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_arg(c, 1, err);
}

const struct op op_arg_max = {
    .name = "ArgMax",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_arg,
    .couple = ops_couple_decides,
    .host = host,
};
