#include <assert.h>

#include "graph/cut.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/ties.h"

/* Every step-th position from start to before end, along some axes. The
 * lists are attributes before opset 10 and inputs 1 … 4 since. */
struct slicing {
    struct ints starts, ends, axes;     /* as given; axes in 0 … rank-1 */
    int64_t start[MAX_RANK], step[MAX_RANK], size[MAX_RANK];
};

/* Clamps as the standard says: an end before the beginning is -1 for a
 * negative step; too large ones are cut. */
static void resolve(struct slicing *s, int axis, int64_t start, int64_t end,
                    int64_t step, int64_t size)
{
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    int64_t reach;

    assert(step != 0);
    start = start < 0 ? start + size : start;
    end = end < 0 ? end + size : end;
    start = start < (step > 0 ? 0 : low + 1) ? low + (step < 0) : start;
    start = start > high ? high : start;
    end = end < low ? low : end > high ? high : end;
    reach = step > 0 ? end - start : start - end;
    step = step > 0 ? step : -step;
    s->start[axis] = start;
    s->size[axis] = reach > 0 ? (reach - 1) / step + 1 : 0;
}

static int lists(struct slicing *s, struct ints *steps, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    int have_starts = ops_list(g, n, "starts", 1, &s->starts, err);
    int have_ends = ops_list(g, n, "ends", 2, &s->ends, err);
    int have_axes = ops_list(g, n, "axes", 3, &s->axes, err);
    int have_steps = ops_list(g, n, NULL, 4, steps, err);

    if (have_starts < 0 || have_ends < 0 || have_axes < 0 || have_steps < 0)
        return PRUNE_E_INPUT;
    for (int64_t i = 0; i < s->starts.n && have_starts; i++) {
        if (!have_axes)
            s->axes.at[i] = i;
        if (!have_steps)
            steps->at[i] = 1;
    }
    s->axes.n = have_axes ? s->axes.n : s->starts.n;
    steps->n = have_steps ? steps->n : s->starts.n;
    if (!have_starts || !have_ends || s->ends.n != s->starts.n ||
        s->axes.n != s->starts.n || steps->n != s->starts.n)
        return ops_bad(n, err, "its starts, ends, axes and steps do not fit "
                       "each other");
    return 0;
}

static int read_all(struct slicing *s, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    struct ints steps;
    int axis, e = lists(s, &steps, g, n, err);

    for (int k = 0; k < MAX_RANK; k++) {
        s->start[k] = 0;
        s->step[k] = 1;
        s->size[k] = k < x->rank ? x->dims[k] : 0;
    }
    for (int64_t i = 0; !e && i < s->starts.n; i++) {
        if ((e = ops_axis(g, n, s->axes.at[i], &axis, err)))
            return e;
        s->axes.at[i] = axis;
        s->step[axis] = steps.at[i];
        if (steps.at[i] == 0 || steps.at[i] == INT64_MIN)
            return ops_bad(n, err, "a step of %lld", (long long)steps.at[i]);
        resolve(s, axis, s->starts.at[i], s->ends.at[i], steps.at[i],
                x->dims[axis]);
    }
    return e;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct ints held, kept;
    struct slicing s;
    int e = read_all(&s, g, n, err);

    for (int k = 0; !e && k < out.rank; k++)
        out.dims[k] = s.size[k];
    if (e || (e = ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err)))
        return e;
    if (out.rank != 1 || !ops_in_ints(g, n, 0, &held))
        return 0;
    kept.n = s.size[0];
    for (int64_t i = 0; i < kept.n; i++)
        kept.at[i] = held.at[s.start[0] + i * s.step[0]];
    return ops_set_ints(g, n, &kept, err);
}

static int couple_axis(struct coupling *c, const struct graph *g,
                       const struct node *n, const struct slicing *s, int k,
                       struct prune_error *err)
{
    int in = n->inputs[0], out = n->outputs[0];

    if (s->size[k] == node_in(g, n, 0)->shape.dims[k] && s->step[k] == 1)
        return ops_tie(c, in, k, out, k, err);
    if (couple_is_plain(c, in, k)) {
        couple_plain(c, out, k);
        return 0;
    }
    if (s->step[k] != 1)
        return ops_freeze_live(c, g, n, k, "picks channels at intervals",
                               err);
    return couple_span(c, in, k, s->start[k], out, k, 0, s->size[k], err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    struct slicing s;
    int e;

    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    if (ops_couple_ints(c, g, n))
        return 0;
    e = read_all(&s, g, n, err);
    for (int k = 0; !e && k < node_in(g, n, 0)->shape.rank; k++)
        e = couple_axis(c, g, n, &s, k, err);
    return e;
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    int in = n->inputs[0], touched = 0;
    struct slicing s;
    int e = read_all(&s, c->g, n, err);

    for (int64_t i = 0; !e && i < s.starts.n; i++) {
        int k = (int)s.axes.at[i];
        if (!cut_touches(c, in, k))
            continue;
        touched = 1;
        s.starts.at[i] = ops_kept(c, in, k, 0, s.start[k]);
        s.ends.at[i] = s.starts.at[i] + ops_kept(c, in, k, s.start[k],
                                                 s.start[k] + s.size[k]);
    }
    if (e || !touched)
        return e;
    e = ops_mend_list(c, node, "starts", 1, &s.starts, err);
    return e ? e : ops_mend_list(c, node, "ends", 2, &s.ends, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_slice};
    struct slicing s;
    int e = read_all(&s, g, n, err);

    if (e)
        return e;
    for (int k = 0; k < MAX_RANK; k++) {
        p.slice.start[k] = s.start[k];
        p.slice.step[k] = s.step[k];
    }
    return lower_simple(l, n, p, 1, err);
}

const struct op op_slice = {
    .name = "Slice",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 5,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = lower,
};
