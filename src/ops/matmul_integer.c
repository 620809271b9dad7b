#include "ops/qproduct.h"

/* int32 sums of products of bytes less their zero points. */
static const struct qproduct inputs = {
    .a = 0, .a_scale = -1, .a_zero = 2, .b = 1, .b_scale = -1, .b_zero = 3,
    .y_scale = -1, .y_zero = -1, .bias = -1,
};

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return qproduct_infer(g, n, &inputs, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return qproduct_host(c, &inputs, err);
}

const struct op op_matmul_integer = {
    .name = "MatMulInteger",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 4,
    .infer = infer,
    .host = host,
};
