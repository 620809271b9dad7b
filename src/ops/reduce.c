#include "ops/reduce.h"

#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

/* Bit i: axis i is reduced. */
static int reduced(unsigned *mask, const struct graph *g,
                   const struct node *n, struct prune_error *err)
{
    struct ints axes = {0};
    int found = ops_list(g, n, "axes", 1, &axes, err);
    int axis, e;

    if (found < 0)
        return found;
    *mask = 0;
    if (axes.n == 0 && !node_int(n, "noop_with_empty_axes", 0))
        *mask = (1u << node_in(g, n, 0)->shape.rank) - 1;
    for (int64_t i = 0; i < axes.n; i++) {
        if ((e = ops_axis(g, n, axes.at[i], &axis, err)))
            return e;
        *mask |= 1u << axis;
    }
    return 0;
}

int ops_infer_reduce(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    struct shape out = {.rank = 0};
    unsigned mask;
    int e = reduced(&mask, g, n, err);

    for (int k = 0; !e && k < x->rank; k++) {
        if (!(mask >> k & 1))
            out.dims[out.rank++] = x->dims[k];
        else if (node_int(n, "keepdims", 1))
            out.dims[out.rank++] = 1;
    }
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

int ops_couple_reduce(struct coupling *c, const struct graph *g,
                      const struct node *n, const char *reason,
                      struct prune_error *err)
{
    int keep = node_int(n, "keepdims", 1) != 0;
    int map[MAX_RANK], n_out = 0;
    unsigned mask;
    int e = reduced(&mask, g, n, err);

    if (node_in(g, n, 1))
        couple_plain_all(c, n->inputs[1]);
    if (ops_couple_ints(c, g, n))
        return e;
    for (int k = 0; !e && k < node_in(g, n, 0)->shape.rank; k++) {
        if (!(mask >> k & 1)) {
            map[n_out++] = k;
            continue;
        }
        if (keep)
            map[n_out++] = -1;
        if (!couple_is_plain(c, n->inputs[0], k))
            e = couple_freeze(c, n->inputs[0], k, n, reason, err);
    }
    return e ? e : ops_couple_map(c, g, n, map, err);
}

int ops_lower_reduce(struct lowering *l, const struct graph *g,
                     const struct node *n, enum reduce f,
                     struct prune_error *err)
{
    struct prim p = {.kind = &prim_reduce, .reduce = {.f = f}};
    int e = reduced(&p.reduce.axes, g, n, err);

    if (e)
        return e;
    if (p.reduce.axes == 0)
        return ops_lower_view(l, g, n, err);
    return lower_simple(l, n, p, 1, err);
}
