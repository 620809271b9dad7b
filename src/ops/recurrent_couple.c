#include "graph/cut.h"
#include "ops/recurrent.h"
#include "ops/ties.h"

/* How the hidden units of a recurrent operator are tied: unit u is row
 * g H + u of every gate g in weights and biases, column u of the recurrence
 * weight, and place u of the states. A unit whose weights are all zero has
 * the state 0 for ever, if that is where it begins and the functions keep
 * zero, so that it can go. */

struct tying {
    struct coupling *c;
    const struct graph *g;
    const struct node *n;
    int64_t hidden;
};

static void plain_but_last(const struct tying *t, int value, int last)
{
    for (int k = 0; k < t->g->values[value].shape.rank; k++)
        if (k < last || k > last)
            couple_plain(t->c, value, k);
}

/* The axis of input i that holds `times` runs of hidden units. */
static int tie_rows(const struct tying *t, int i, int axis, int times,
                    enum role role, struct prune_error *err)
{
    int w = t->n->inputs[1], e = 0;
    if (!node_in(t->g, t->n, i))
        return 0;
    for (int k = 0; !e && k < times; k++)
        e = couple_span(t->c, w, 1, 0, t->n->inputs[i], axis, k * t->hidden,
                        t->hidden, err);
    return e ? e : ops_role(t->c, t->n, i, axis, role, err);
}

static int tie_outputs(const struct tying *t, struct prune_error *err)
{
    int e = 0;
    for (int i = 0; !e && i < t->n->n_outputs; i++) {
        const struct value *y = node_out(t->g, t->n, i);
        if (!y)
            continue;
        plain_but_last(t, t->n->outputs[i], y->shape.rank - 1);
        e = couple_span(t->c, t->n->inputs[1], 1, 0, t->n->outputs[i],
                        y->shape.rank - 1, 0, t->hidden, err);
    }
    return e;
}

/* The function of what a unit holds keeps zero; gates may do what they
 * like. */
static int keeps_zero(const struct recurrent *r)
{
    int ok = 1;
    for (int d = 0; d < r->directions; d++)
        for (int i = r->kind->functions > 1; i < r->kind->functions; i++)
            ok &= ops_activation_keeps_zero(&r->f[d][i]);
    return ok;
}

static int tie_all(const struct tying *t, const struct recurrent *r,
                   struct prune_error *err)
{
    int gates = r->kind->gates, e;
    (void)((e = ops_role(t->c, t->n, 1, 2, ROLE_IN, err)) ||
           (e = couple_same(t->c, t->n->inputs[0], 2, t->n->inputs[1], 2,
                            err)) ||
           (e = tie_rows(t, 1, 1, gates, ROLE_OUT, err)) ||
           (e = tie_rows(t, 2, 1, gates, ROLE_OUT, err)) ||
           (e = tie_rows(t, 2, 2, 1, ROLE_IN, err)) ||
           (e = tie_rows(t, 3, 1, 2 * gates, ROLE_SIDE, err)) ||
           (e = tie_rows(t, 5, 2, 1, ROLE_SIDE, err)));
    if (!e && r->kind->has_state)
        (void)((e = tie_rows(t, 6, 2, 1, ROLE_SIDE, err)) ||
               (e = tie_rows(t, 7, 1, 3, ROLE_SIDE, err)));
    if (!e)
        e = tie_outputs(t, err);
    if (!e && !keeps_zero(r))
        e = couple_freeze(t->c, t->n->inputs[1], 1, t->n,
                          "has functions that do not keep zero", err);
    return e;
}

int ops_couple_recurrent(struct coupling *c, const struct graph *g,
                         const struct node *n, const struct cell_kind *kind,
                         struct prune_error *err)
{
    static const int features[8] = {2, -1, -1, 1, -1, 2, 2, 1};
    struct recurrent r;
    struct shape in[8];
    for (int i = 0; i < 8; i++)
        in[i] = node_in(g, n, i) ? node_in(g, n, i)->shape : SHAPE_UNKNOWN;
    int e = ops_recurrent_read(&r, n, kind, in, err);
    if (e)
        return e;
    struct tying t = {c, g, n, r.hidden};
    couple_plain(c, n->inputs[1], 0);
    couple_plain(c, n->inputs[2], 0);
    for (int i = 0; i < 8; i++)
        if (node_in(g, n, i) && features[i] >= 0)
            plain_but_last(&t, n->inputs[i], features[i]);
    if (node_in(g, n, 4))
        couple_plain_all(c, n->inputs[4]);
    return tie_all(&t, &r, err);
}

int ops_cut_recurrent(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    if (!node_attr(n, "hidden_size"))
        return 0;
    return node_set_int(c->g, node, "hidden_size",
                        cut_extent(c, n->inputs[2], 2), err);
}
