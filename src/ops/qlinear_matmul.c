#include "ops/qproduct.h"

/* A product of quantised numbers, quantised again. */
static const struct qproduct inputs = {
    .a = 0, .a_scale = 1, .a_zero = 2, .b = 3, .b_scale = 4, .b_zero = 5,
    .y_scale = 6, .y_zero = 7, .bias = -1,
};

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return qproduct_infer(g, n, &inputs, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return qproduct_host(c, &inputs, err);
}

const struct op op_qlinear_matmul = {
    .name = "QLinearMatMul",
    .domain = "",
    .since = 10,
    .min_inputs = 8,
    .max_inputs = 8,
    .infer = infer,
    .host = host,
};
