#include "ops/ties.h"

/* The same elements under another shape. Both shapes are walked side by
 * side; wherever the products of sizes meet, a run of input axes ends that
 * holds the same elements as a run of output axes. Within such a run at
 * most one axis may carry channels. */

struct run {
    int value, from, to; /* axes [from, to) */
};

static int64_t size_at(const struct graph *g, int value, int axis)
{
    return g->values[value].shape.dims[axis];
}

/* Axes of the run with more than one position; the last one's in *which. */
static int wide_axes(const struct graph *g, struct run r, int *which)
{
    int n = 0;

    for (int k = r.from; k < r.to; k++)
        if (size_at(g, r.value, k) > 1) {
            *which = k;
            n++;
        }
    return n;
}

static void plain_run(struct coupling *c, struct run r, int but)
{
    for (int k = r.from; k < r.to; k++)
        if (k != but)
            couple_plain(c, r.value, k);
}

static int freeze_run(struct coupling *c, const struct node *n, struct run r,
                      const char *reason, struct prune_error *err)
{
    int e = 0;

    for (int k = r.from; !e && k < r.to; k++)
        if (!couple_is_plain(c, r.value, k))
            e = couple_freeze(c, r.value, k, n, reason, err);
    return e;
}

/* The axes of a run that may carry channels: those that are not plain, of
 * one position only when there is no wider one. */
static int live_axes(const struct coupling *c, const struct graph *g,
                     struct run r, int axes[static MAX_RANK])
{
    int n = 0;

    for (int wide = 1; wide >= 0 && n == 0; wide--)
        for (int k = r.from; k < r.to; k++)
            if ((size_at(g, r.value, k) > 1) == wide &&
                !couple_is_plain(c, r.value, k))
                axes[n++] = k;
    return n;
}

/* Ties each position j of the one wide axis to the position of `axis`, one
 * of the run's, that j falls on: (j / inner) mod size. */
static int tie_run(struct coupling *c, const struct graph *g, struct run r,
                   int axis, int wide_value, int wide_axis,
                   struct prune_error *err)
{
    int64_t total = size_at(g, wide_value, wide_axis);
    int64_t size = size_at(g, r.value, axis);
    int64_t inner = shape_span(&g->values[r.value].shape, axis + 1, r.to);
    int e = 0;

    for (int64_t j = 0; !e && j < total; j++)
        e = couple_one(c, r.value, axis, j / inner % size, wide_value,
                       wide_axis, j, err);
    return e;
}

/* Several axes become one. */
static int merge(struct coupling *c, const struct graph *g,
                 const struct node *n, struct run in, struct run out,
                 int wide, struct prune_error *err)
{
    int axes[MAX_RANK];
    int n_live = live_axes(c, g, in, axes);
    int e = 0;

    plain_run(c, out, wide);
    if (n_live == 0)
        couple_plain(c, out.value, wide);
    for (int k = 0; !e && k < n_live; k++)
        e = tie_run(c, g, in, axes[k], out.value, wide, err);
    if (!e && n_live > 1 && !g->values[in.value].is_input)
        e = freeze_run(c, n, in, "merges several axes that hold channels",
                       err);
    return e;
}

/* One axis becomes several. Behind a fully connected layer ([N, C*H*W] to
 * [N, C, H, W]) the first of them holds the channels; elsewhere one cannot
 * tell. */
static int split(struct coupling *c, const struct graph *g,
                 const struct node *n, struct run in, struct run out,
                 int wide, struct prune_error *err)
{
    int e;

    if (couple_is_plain(c, in.value, wide)) {
        plain_run(c, out, -1);
        return 0;
    }
    if (g->values[in.value].shape.rank == 2 && wide == 1 && out.from == 1) {
        plain_run(c, out, 1);
        return tie_run(c, g, out, 1, in.value, wide, err);
    }
    e = freeze_run(c, n, in, "splits channels into several axes", err);
    return e ? e
             : freeze_run(c, n, out, "splits channels into several axes", err);
}

static int tie_runs(struct coupling *c, const struct graph *g,
                    const struct node *n, struct run in, struct run out,
                    struct prune_error *err)
{
    const char *mixed = "mixes channels with other axes";
    int a = in.from, b = out.from;
    int n_in = wide_axes(g, in, &a), n_out = wide_axes(g, out, &b);
    int axes[MAX_RANK];
    int e;

    if (n_in <= 1 && n_out <= 1) {
        plain_run(c, out, b);
        return ops_tie(c, in.value, a, out.value, b, err);
    }
    if (n_out == 1)
        return merge(c, g, n, in, out, b, err);
    if (n_in == 1)
        return split(c, g, n, in, out, a, err);
    if (live_axes(c, g, in, axes) == 0) {
        plain_run(c, out, -1);
        return 0;
    }
    e = freeze_run(c, n, in, mixed, err);
    return e ? e : freeze_run(c, n, out, mixed, err);
}

/* Grows both runs from where they begin until they hold equally many
 * elements; 0 at the end of either shape. */
static int next_runs(const struct graph *g, struct run *in, struct run *out)
{
    int ends_in = g->values[in->value].shape.rank;
    int ends_out = g->values[out->value].shape.rank;
    int64_t a, b;

    in->from = in->to;
    out->from = out->to;
    if (in->from == ends_in || out->from == ends_out)
        return 0;
    a = size_at(g, in->value, in->to++);
    b = size_at(g, out->value, out->to++);
    while (a != b) {
        if (a < b && in->to < ends_in)
            a *= size_at(g, in->value, in->to++);
        else if (b < a && out->to < ends_out)
            b *= size_at(g, out->value, out->to++);
        else
            break;
    }
    return 1;
}

int ops_couple_regroup(struct coupling *c, const struct graph *g,
                       const struct node *n, struct prune_error *err)
{
    struct run in = {n->inputs[0], 0, 0}, out = {n->outputs[0], 0, 0};
    int e = 0;

    if (ops_couple_ints(c, g, n))
        return 0;
    while (!e && next_runs(g, &in, &out))
        e = tie_runs(c, g, n, in, out, err);
    for (int k = out.from; k < g->values[out.value].shape.rank; k++)
        couple_plain(c, out.value, k);
    return e;
}
