#include "ops/recurrent.h"
#include "ops/recurrent_lower.h"

/* Gates i, o, f and the candidate c: cell = f cell + i c; h = o g(cell).
 * Peepholes let i and f see the old cell and o the new one; input_forget
 * makes f what i leaves. Shapes in recurrent.h. */

/* gate += peephole * cell */
static void peep(const struct cell *k, int which, float *gate)
{
    int64_t n = k->of->hidden;
    for (int64_t i = 0; k->p && i < n; i++)
        gate[i] += k->p[which * n + i] * k->c[i];
}

static void gate(const struct cell *k, float *x)
{
    cell_clip(k, x, k->of->hidden);
    ops_activate(&k->f[0], x, k->of->hidden);
}

static void step(struct cell *k)
{
    int64_t n = k->of->hidden;
    float *in = k->gates, *out = in + n, *forget = out + n;
    float *fresh = forget + n, *seen = k->spare;
    cell_gates(k, 0, 4, 1);
    peep(k, 0, in);
    peep(k, 2, forget);
    gate(k, in);
    gate(k, forget);
    cell_clip(k, fresh, n);
    ops_activate(&k->f[1], fresh, n);
    for (int64_t i = 0; i < n; i++) {
        float keep = k->of->flag ? 1.0F - in[i] : forget[i];
        k->c[i] = keep * k->c[i] + in[i] * fresh[i];
        seen[i] = k->c[i];
    }
    peep(k, 1, out);
    gate(k, out);
    ops_activate(&k->f[2], seen, n);
    for (int64_t i = 0; i < n; i++)
        k->h[i] = out[i] * seen[i];
}

static const struct cell_kind kind = {
    .gates = 4,
    .functions = 3,
    .defaults = {"Sigmoid", "Tanh", "Tanh"},
    .has_state = 1,
    .flag = "input_forget",
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

const struct op op_lstm = {
    .name = "LSTM",
    .domain = "",
    .since = 7,
    .min_inputs = 3,
    .max_inputs = 8,
    .traits = OP_ANY_OUTPUT,
    .infer = infer,
    .couple = couple,
    .cut = ops_cut_recurrent,
    .cost = ops_cost_recurrent,
    .lower = lower,
    .host = host,
};
