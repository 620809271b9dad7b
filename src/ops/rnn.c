#include "ops/recurrent.h"
#include "ops/recurrent_lower.h"

/* h = f(x W + h R + biases) at every step; shapes in recurrent.h. */

static void step(struct cell *k)
{
    int64_t n = k->of->hidden;
    cell_gates(k, 0, 1, 1);
    cell_clip(k, k->gates, n);
    ops_activate(&k->f[0], k->gates, n);
    for (int64_t i = 0; i < n; i++)
        k->h[i] = k->gates[i];
}

static const struct cell_kind kind = {
    .gates = 1,
    .functions = 1,
    .defaults = {"Tanh"},
    .step = step,
};

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_infer_recurrent(g, n, &kind, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_recurrent(c, g, n, &kind, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_recurrent(l, g, n, &kind, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_recurrent(c, &kind, err);
}

const struct op op_rnn = {
    .name = "RNN",
    .domain = "",
    .since = 7,
    .min_inputs = 3,
    .max_inputs = 6,
    .traits = OP_ANY_OUTPUT,
    .infer = infer,
    .couple = couple,
    .cut = ops_cut_recurrent,
    .cost = ops_cost_recurrent,
    .lower = lower,
    .host = host,
};
