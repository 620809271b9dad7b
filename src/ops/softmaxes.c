#include "ops/softmaxes.h"

#include "ops/infer.h"
#include "ops/ties.h"

static int find_axis(const struct graph *g, const struct node *n, int *out,
                     struct prune_error *err)
{
    int64_t axis = node_int(n, "axis", g->opset < 13 ? 1 : -1);
    int rank = node_in(g, n, 0)->shape.rank;

    if (g->opset < 13 && axis == rank) { /* nothing left to share out over */
        *out = rank;
        return 0;
    }
    return ops_axis(g, n, axis, out, err);
}

int ops_infer_softmax(struct graph *g, struct node *n,
                      struct prune_error *err)
{
    int axis;
    int e = find_axis(g, n, &axis, err);

    return e ? e : ops_infer_same(g, n, err);
}

int ops_couple_softmax(struct coupling *c, const struct graph *g,
                       const struct node *n, struct prune_error *err)
{
    const char *reason = "weighs the channels against each other";
    int rank = node_in(g, n, 0)->shape.rank;
    int axis;
    int e = find_axis(g, n, &axis, err);
    int last = g->opset < 13 ? rank - 1 : axis;

    if (!e)
        e = couple_through(c, g, n, err);
    for (int k = axis; !e && k <= last && k < rank; k++)
        e = ops_freeze_live(c, g, n, k, reason, err);
    return e;
}

/* All axes from `axis` on as one: a view, the softmax, a view back. */
static int lower_flat(struct lowering *l, const struct graph *g,
                      const struct node *n, int axis, int is_log,
                      struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    struct shape flat = {.rank = 2, .dims = {shape_span(x, 0, axis),
                                             shape_span(x, axis, x->rank)}};
    struct prim view = {.kind = &prim_view};
    struct prim p = {.kind = &prim_softmax, .softmax = {1, is_log}};
    int in = lower_in(l, n, 0), out = lower_out(l, n, 0);
    int before = lower_temp(l, &flat, err);
    int after = lower_temp(l, &flat, err);
    int e;

    if (before < 0 || after < 0)
        return before < 0 ? before : after;
    (void)((e = lower_add(l, n, view, &in, 1, before, err)) ||
           (e = lower_add(l, n, p, &before, 1, after, err)) ||
           (e = lower_add(l, n, view, &after, 1, out, err)));
    return e;
}

int ops_lower_softmax(struct lowering *l, const struct graph *g,
                      const struct node *n, int is_log,
                      struct prune_error *err)
{
    struct prim p = {.kind = &prim_softmax};
    int axis;
    int e = find_axis(g, n, &axis, err);

    if (e)
        return e;
    if (g->opset < 13 && axis != node_in(g, n, 0)->shape.rank - 1)
        return lower_flat(l, g, n, axis, is_log, err);
    p.softmax.axis = axis;
    p.softmax.log = is_log;
    return lower_simple(l, n, p, 1, err);
}
