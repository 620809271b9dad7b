#include "ops/chance.h"

/* Uniform random numbers of the shape it is told. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return chance_infer(g, n, 0, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double p[] = {(double)node_float(c->node, "low", 0),
                        (double)node_float(c->node, "high", 1)};

    return chance_host(c, 0, chance_uniform, p, err);
}

const struct op op_random_uniform = {
    .name = "RandomUniform",
    .domain = "",
    .since = 1,
    .min_inputs = 0,
    .max_inputs = 0,
    .traits = OP_RANDOM,
    .infer = infer,
    .host = host,
};
