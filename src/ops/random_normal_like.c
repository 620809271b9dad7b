#include "ops/chance.h"

/* Normal random numbers of input 0's shape. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return chance_infer(g, n, 1, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "mean", 0),
                        (double)node_float(c->node, "scale", 1)};

    return chance_host(c, 1, chance_normal, p, err);
}

const struct op op_random_normal_like = {
    .name = "RandomNormalLike",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_RANDOM,
    .infer = infer,
    .host = host,
};
