#include "ops/reduce.h"

#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

/* Bit i: axis i is reduced. */
static int mask_of(unsigned *mask, const struct node *n, int rank,
                   const struct ints *axes, struct prune_error *err)
{
    int axis, e;

    *mask = 0;
    if (axes->n == 0 && !node_int(n, "noop_with_empty_axes", 0))
        *mask = (1u << rank) - 1;
    for (int64_t i = 0; i < axes->n; i++) {
        if ((e = ops_axis_of(n, rank, axes->at[i], &axis, err)))
            return e;
        *mask |= 1u << axis;
    }
    return 0;
}

static int reduced(unsigned *mask, const struct graph *g,
                   const struct node *n, struct prune_error *err)
{
    struct ints axes = {0};
    int found = ops_list(g, n, "axes", 1, &axes, err);

    return found < 0 ? found
                     : mask_of(mask, n, node_in(g, n, 0)->shape.rank, &axes,
                               err);
}

static void out_shape(struct shape *out, const struct node *n,
                      const struct shape *x, unsigned mask)
{
    *out = (struct shape){.rank = 0};
    for (int k = 0; k < x->rank; k++) {
        if (!(mask >> k & 1))
            out->dims[out->rank++] = x->dims[k];
        else if (node_int(n, "keepdims", 1))
            out->dims[out->rank++] = 1;
    }
}

int ops_reduced_shape(struct shape *out, unsigned *mask, const struct node *n,
                      const struct shape *x, const struct ints *axes,
                      struct prune_error *err)
{
    int e = mask_of(mask, n, x->rank, axes, err);

    if (!e)
        out_shape(out, n, x, *mask);
    return e;
}

int ops_infer_reduce(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out;
    unsigned mask;
    int e;

    if (ops_open_list(g, n, "axes", 1))
        return ops_out_late(g, n);
    if ((e = reduced(&mask, g, n, err)))
        return e;
    out_shape(&out, n, &x->shape, mask);
    return ops_out(g, n, 0, &out, x->dtype, err);
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
    if (shape_numel(&node_in(g, n, 0)->shape) == 0)
        return lower_refuse(n, err, "there is nothing to reduce");
    if (p.reduce.axes == 0)
        return ops_lower_view(l, g, n, err);
    return lower_simple(l, n, p, 1, err);
}

/* --- sums of a function --------------------------------------------- */

static int lower_before(struct lowering *l, const struct graph *g,
                        const struct node *n, enum ops_before before,
                        int *slot, struct prune_error *err)
{
    struct prim p = {.kind = &prim_eltwise, .eltwise = {ELT_ABS, 0, 0}};
    int in[2] = {lower_in(l, n, 0), lower_in(l, n, 0)}, out;

    *slot = in[0];
    if (before == OPS_AS_IS)
        return 0;
    if (before == OPS_SQUARE)
        p = (struct prim){.kind = &prim_binary, .binary = {BIN_MUL}};
    out = lower_temp(l, &node_in(g, n, 0)->shape, err);
    if (out < 0)
        return out;
    *slot = out;
    return lower_add(l, n, p, in, before == OPS_SQUARE ? 2 : 1, out, err);
}

int ops_lower_sum_of(struct lowering *l, const struct graph *g,
                     const struct node *n, enum ops_before before,
                     enum ops_after after, struct prune_error *err)
{
    struct prim p = {.kind = &prim_reduce, .reduce = {.f = RED_SUM}};
    struct prim end = {.kind = &prim_eltwise, .eltwise = {ELT_SQRT, 0, 0}};
    int in, sum, e = reduced(&p.reduce.axes, g, n, err);

    if (e)
        return e;
    if (shape_numel(&node_in(g, n, 0)->shape) == 0)
        return lower_refuse(n, err, "there is nothing to reduce");
    if (p.reduce.axes == 0)
        return lower_refuse(n, err, "it is of single elements");
    if (after == OPS_LOG)
        end.eltwise.f = ELT_LOG;
    if ((e = lower_before(l, g, n, before, &in, err)))
        return e;
    sum = after == OPS_DONE ? lower_out(l, n, 0)
                            : lower_temp(l, &node_out(g, n, 0)->shape, err);
    if (sum < 0)
        return sum;
    e = lower_add(l, n, p, &in, 1, sum, err);
    if (!e && after != OPS_DONE)
        e = lower_add(l, n, end, &sum, 1, lower_out(l, n, 0), err);
    return e;
}
