#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* The mean of any number of inputs. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim sum = {.kind = &prim_binary, .binary = {BIN_ADD}};
    struct prim scale = {.kind = &prim_eltwise};
    const struct shape *shape = &node_out(g, n, 0)->shape;
    int at = lower_in(l, n, 0), e = 0;

    for (int i = 1; !e && i < n->n_inputs; i++) {
        const int in[] = {at, lower_in(l, n, i)};
        /* A partial sum may be smaller than the whole one: refused, as only
         * inputs of one shape are worth a kernel. */
        if (!shape_equal(&node_in(g, n, i)->shape, shape) ||
            !shape_equal(&node_in(g, n, 0)->shape, shape))
            return lower_refuse(n, err, "its inputs broadcast");
        at = lower_temp(l, shape, err);
        e = at < 0 ? at : lower_add(l, n, sum, in, 2, at, err);
    }
    scale.eltwise.f = ELT_LINEAR;
    scale.eltwise.alpha = 1.0F / (float)n->n_inputs;
    return e ? e : lower_add(l, n, scale, &at, 1, lower_out(l, n, 0), err);
}

static double add(double a, double b)
{
    return a + b;
}

static double divide(double x, const double *p)
{
    return x / p[0];
}

static int host(struct host_call *c, struct prune_error *err)
{
    const double n = (double)c->node->n_inputs;
    int e = ops_host_fold(c, &(struct ops_fold){add, NULL, 0}, err);

    /* One input alone is handed on, and is its own mean. */
    if (!e && c->node->n_inputs > 1)
        ops_map(c->out[0]->tensor, c->out[0]->tensor,
                &(struct ops_map){divide, NULL, 0}, &n);
    return e;
}

const struct op op_mean = {
    .name = "Mean",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = -1,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .lower = lower,
    .host = host,
};
