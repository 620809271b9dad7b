#include "ops/recurrent.h"
#include "ops/recurrent_lower.h"

/* Gates z, r, then the candidate n from r * h or, with
 * linear_before_reset, r * (h R + bias): h = (1 - z) n + z h. Shapes in
 * recurrent.h. */

static void candidate(struct cell *k, const float *reset, float *out)
{
    int64_t n = k->of->hidden;
    const float *bias = k->br + 2 * n;
    cell_gates(k, 2, 3, 0);
    if (k->of->flag) {
        for (int64_t i = 0; i < n; i++)
            k->spare[i] = bias[i];
        cell_recur(k, 2, k->h, k->spare);
        for (int64_t i = 0; i < n; i++)
            out[i] += reset[i] * k->spare[i];
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        k->spare[i] = reset[i] * k->h[i];
        out[i] += bias[i];
    }
    cell_recur(k, 2, k->spare, out);
}

static void step(struct cell *k)
{
    int64_t n = k->of->hidden;
    float *z = k->gates, *fresh = z + 2 * n;
    cell_gates(k, 0, 2, 1);
    cell_clip(k, z, 2 * n);
    ops_activate(&k->f[0], z, 2 * n);
    candidate(k, z + n, fresh);
    cell_clip(k, fresh, n);
    ops_activate(&k->f[1], fresh, n);
    for (int64_t i = 0; i < n; i++)
        k->h[i] = (1.0F - z[i]) * fresh[i] + z[i] * k->h[i];
}

static const struct cell_kind kind = {
    .gates = 3,
    .functions = 2,
    .defaults = {"Sigmoid", "Tanh"},
    .flag = "linear_before_reset",
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

const struct op op_gru = {
    .name = "GRU",
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
