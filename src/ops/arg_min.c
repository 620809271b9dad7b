#include "ops/elementwise.h"
#include "ops/order.h"

/* Where along an axis the least element is. */
static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_arg(c, 0, err);
}

const struct op op_arg_min = {
    .name = "ArgMin",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_arg,
    .couple = ops_couple_decides,
    .host = host,
};
