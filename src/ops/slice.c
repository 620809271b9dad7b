#include <assert.h>

#include "graph/cut.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/move.h"
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

enum { STARTS, ENDS, AXES, STEPS, N_LISTS };
static const char *const names[] = {"starts", "ends", "axes", NULL};

/* The four lists, from the graph or from the call. */
struct lists {
    struct ints at[N_LISTS];
    int have[N_LISTS];
};

static int fit(struct slicing *s, struct lists *l, const struct node *n,
               struct prune_error *err)
{
    int64_t many = l->at[STARTS].n;

    for (int64_t i = 0; i < many; i++) {
        if (!l->have[AXES])
            l->at[AXES].at[i] = i;
        if (!l->have[STEPS])
            l->at[STEPS].at[i] = 1;
    }
    if (!l->have[STARTS] || !l->have[ENDS] || l->at[ENDS].n != many ||
        (l->have[AXES] && l->at[AXES].n != many) ||
        (l->have[STEPS] && l->at[STEPS].n != many))
        return ops_bad(n, err, "its starts, ends, axes and steps do not fit "
                       "each other");
    s->starts = l->at[STARTS];
    s->ends = l->at[ENDS];
    s->axes = l->at[AXES];
    s->axes.n = many;
    return 0;
}

static int resolve_all(struct slicing *s, struct lists *l,
                       const struct node *n, const struct shape *x,
                       struct prune_error *err)
{
    int axis, e = fit(s, l, n, err);

    for (int k = 0; k < MAX_RANK; k++) {
        s->start[k] = 0;
        s->step[k] = 1;
        s->size[k] = k < x->rank ? x->dims[k] : 0;
    }
    for (int64_t i = 0; !e && i < s->starts.n; i++) {
        int64_t step = l->at[STEPS].at[i];
        if ((e = ops_axis_of(n, x->rank, s->axes.at[i], &axis, err)))
            return e;
        s->axes.at[i] = axis;
        s->step[axis] = step;
        if (step == 0 || step == INT64_MIN)
            return ops_bad(n, err, "a step of %lld", (long long)step);
        resolve(s, axis, s->starts.at[i], s->ends.at[i], step,
                x->dims[axis]);
    }
    return e;
}

static int read_all(struct slicing *s, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    struct lists l;

    for (int i = 0; i < N_LISTS; i++)
        if ((l.have[i] = ops_list(g, n, names[i], i + 1, &l.at[i], err)) < 0)
            return l.have[i];
    return resolve_all(s, &l, n, &node_in(g, n, 0)->shape, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct slicing s;
    int e;

    for (int i = 0; i < N_LISTS; i++)
        if (ops_open_list(g, n, names[i], i + 1))
            return ops_out_late(g, n);
    e = read_all(&s, g, n, err);
    for (int k = 0; !e && k < out.rank; k++)
        out.dims[k] = s.size[k];
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
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

static int find(struct slicing *s, const struct host_call *c,
                const struct shape *x, struct prune_error *err)
{
    struct lists l;

    for (int i = 0; i < N_LISTS; i++)
        if ((l.have[i] = ops_host_list(c, names[i], i + 1, &l.at[i],
                                       err)) < 0)
            return l.have[i];
    return resolve_all(s, &l, c->node, x, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int64_t first = 0;
    struct slicing s;
    struct shape shape;
    struct tensor *out;
    struct move m;
    int e = x ? find(&s, c, &x->shape, err) : PRUNE_E_INPUT;

    if (e)
        return e;
    shape = x->shape;
    for (int k = 0; k < shape.rank; k++)
        shape.dims[k] = s.size[k];
    if ((e = host_out(c, 0, x->dtype, &shape, &out, err)) || !out->size)
        return e;
    ops_move_into(&m, &shape, &x->shape);
    for (int k = 0; k < shape.rank; k++) {
        first += s.start[k] * m.from[k];
        /* A single position takes no step, however long. */
        m.from[k] = shape.dims[k] > 1 ? m.from[k] * s.step[k] : 0;
    }
    ops_move(out->data,
             (const unsigned char *)x->data +
                 (size_t)first * dtype_size(x->dtype),
             &m, dtype_size(x->dtype));
    return 0;
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
    .host = host,
};
