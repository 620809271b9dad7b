#include "ops/qproduct.h"

/* The same as a convolution. */
static const struct qproduct inputs = {
    .a = 0, .a_scale = -1, .a_zero = 2, .b = 1, .b_scale = -1, .b_zero = 3,
    .y_scale = -1, .y_zero = -1, .bias = -1,
    .is_conv = 1,
};

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return qproduct_infer(g, n, &inputs, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return qproduct_host(c, &inputs, err);
}

const struct op op_conv_integer = {
    .name = "ConvInteger",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 4,
    .infer = infer,
    .host = host,
};
