#include <string.h>

#include "graph/cut.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/ties.h"

/* Positions put before and behind each axis (negative: taken away). The
 * list is an attribute before opset 11, input 1 since; since opset 18 it
 * may be told for some axes only (input 3). */
struct padding {
    struct ints given; /* as the node has it: all lows, then all highs */
    struct ints axes;
    int64_t low[MAX_RANK], high[MAX_RANK], size[MAX_RANK];
};

static const char *list_name(const struct node *n)
{
    return node_attr(n, "paddings") ? "paddings" : "pads";
}

static int set_axis(struct padding *p, const struct node *n, int axis,
                    int64_t low, int64_t high, int64_t size,
                    struct prune_error *err)
{
    int64_t most = (int64_t)1 << 40;

    if (low < -size || high < -size || low > most || high > most ||
        size + low + high < 0)
        return ops_bad(n, err, "pads of %lld and %lld for %lld positions",
                       (long long)low, (long long)high, (long long)size);
    p->low[axis] = low;
    p->high[axis] = high;
    p->size[axis] = size + low + high;
    return 0;
}

static int read_all(struct padding *p, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    int found = ops_list(g, n, list_name(n), 1, &p->given, err);
    int some = ops_list(g, n, NULL, 3, &p->axes, err);
    int axis, e = found < 0 ? found : some < 0 ? some : 0;
    int64_t many = some ? p->axes.n : x->rank;

    if (!e && (!found || p->given.n != 2 * many))
        return ops_bad(n, err, "its list of pads does not fit %d axes",
                       x->rank);
    for (int k = 0; k < x->rank; k++) {
        p->low[k] = p->high[k] = 0;
        p->size[k] = x->dims[k];
    }
    for (int64_t i = 0; !e && i < many; i++) {
        e = ops_axis(g, n, some ? p->axes.at[i] : i, &axis, err);
        p->axes.at[i] = axis;
        if (!e)
            e = set_axis(p, n, axis, p->given.at[i], p->given.at[many + i],
                         x->dims[axis], err);
    }
    p->axes.n = many;
    return e;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct padding p;
    int e = read_all(&p, g, n, err);

    for (int k = 0; !e && k < out.rank; k++)
        out.dims[k] = p.size[k];
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

static int is_constant_mode(const struct node *n)
{
    return strcmp(node_text(n, "mode", "constant"), "constant") == 0;
}

/* Padded channels hold the same number everywhere: they may go as others
 * do, and those that stay keep their places beside the input's. */
static int couple_axis(struct coupling *c, const struct graph *g,
                       const struct node *n, const struct padding *p, int k,
                       struct prune_error *err)
{
    int64_t low = p->low[k], high = p->high[k];
    int64_t from = low < 0 ? -low : 0, to = low < 0 ? 0 : low;
    int64_t size = node_in(g, n, 0)->shape.dims[k];

    if (low == 0 && high == 0)
        return ops_tie(c, n->inputs[0], k, n->outputs[0], k, err);
    if (couple_is_plain(c, n->inputs[0], k)) {
        couple_plain(c, n->outputs[0], k);
        return 0;
    }
    if (!is_constant_mode(n))
        return ops_freeze_live(c, g, n, k, "pads with other channels", err);
    return couple_span(c, n->inputs[0], k, from, n->outputs[0], k, to,
                       size - from - (high < 0 ? -high : 0), err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    struct padding p;
    int e = read_all(&p, g, n, err);

    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    for (int k = 0; !e && k < node_in(g, n, 0)->shape.rank; k++)
        e = couple_axis(c, g, n, &p, k, err);
    return e;
}

/* The new count of pads at one end: of padded positions, or of those of
 * the input that are taken away, only what stays is counted. */
static int64_t mended(const struct cut *c, const struct node *n, int k,
                      int64_t pads, int at_end)
{
    int value = pads < 0 ? n->inputs[0] : n->outputs[0];
    int64_t size = c->g->values[value].shape.dims[k];
    int64_t many = pads < 0 ? -pads : pads;
    int64_t from = at_end ? size - many : 0;
    int64_t kept = ops_kept(c, value, k, from, from + many);

    return pads < 0 ? -kept : kept;
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    struct padding p;
    int touched = 0;
    int e = read_all(&p, c->g, n, err);

    for (int64_t i = 0; !e && i < p.axes.n; i++) {
        int k = (int)p.axes.at[i];
        if (!cut_touches(c, n->outputs[0], k) &&
            !cut_touches(c, n->inputs[0], k))
            continue;
        touched = touched || p.low[k] || p.high[k];
        p.given.at[i] = mended(c, n, k, p.low[k], 0);
        p.given.at[p.axes.n + i] = mended(c, n, k, p.high[k], 1);
    }
    if (e || !touched)
        return e;
    return ops_mend_list(c, node, list_name(n), 1, &p.given, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const char *mode = node_text(n, "mode", "constant");
    struct prim p = {.kind = &prim_pad};
    struct padding all;
    int e = read_all(&all, g, n, err);

    if (e)
        return e;
    if (ops_scalar(g, n, 2, node_float(n, "value", 0), &p.pad.value))
        return lower_refuse(n, err, "its value is computed from the data");
    if (strcmp(mode, "reflect") == 0)
        p.pad.mode = PAD_REFLECT;
    else if (strcmp(mode, "edge") == 0)
        p.pad.mode = PAD_EDGE;
    else if (!is_constant_mode(n))
        return lower_refuse(n, err, "mode \"%.40s\" is not known", mode);
    for (int k = 0; k < node_in(g, n, 0)->shape.rank; k++) {
        p.pad.low[k] = all.low[k];
        p.pad.high[k] = all.high[k];
    }
    return lower_simple(l, n, p, 1, err);
}

const struct op op_pad = {
    .name = "Pad",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 4,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = lower,
};
