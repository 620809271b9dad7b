#include "graph/cut.h"
#include "ops/convolution.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"
#include "ops/window.h"

/* x [N,C,...], w [M,C/g,k...], optional b [M]; out [N,M,...]. */

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    const struct shape *w = &node_in(g, n, 1)->shape;
    int64_t groups = node_int(n, "group", 1);
    struct shape out = *x;
    struct window win;
    int e = ops_check_conv(g, n, 0, err);

    if (e)
        return e;
    if (ops_times(w->dims[1], groups) != x->dims[1])
        return ops_bad(n, err, "its weight reads %lld channels in %lld "
                       "groups, its input has %lld", (long long)w->dims[1],
                       (long long)groups, (long long)x->dims[1]);
    e = ops_window(&win, g, n, w->dims + 2, err);
    if (e)
        return e;
    out.dims[1] = w->dims[0];
    for (int i = 0; i < win.space; i++)
        out.dims[2 + i] = win.out[i];
    return ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int64_t groups = node_int(n, "group", 1);
    int w = n->inputs[1];
    int e = ops_couple_conv(c, g, n, 0, err);

    if (!e && groups == 1)
        e = couple_same(c, n->inputs[0], 1, w, 1, err);
    else if (!e)
        e = ops_couple_groups(c, g, n, groups, err);
    return e ? e : ops_role(c, n, 1, 1, ROLE_IN, err);
}

/* A depthwise convolution has as many groups as channels. */
static int cut(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    int64_t reads = cut_extent(c, n->inputs[1], 1);
    int64_t channels = cut_extent(c, n->inputs[0], 1);

    if (node_int(n, "group", 1) == 1 || reads < 1 ||
        channels / reads == node_int(n, "group", 1))
        return 0;
    return node_set_int(c->g, node, "group", channels / reads, err);
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    const struct shape *w = &node_in(g, n, 1)->shape;

    out->macs = ops_macs(&node_out(g, n, 0)->shape,
                         shape_span(w, 1, w->rank));
    out->weights = 1u << 1;
    out->learned = 1u << 1 | 1u << 2;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_conv};
    struct window win;
    int e = ops_window(&win, g, n, node_in(g, n, 1)->shape.dims + 2, err);

    if (e)
        return e;
    p.conv.space = win.space;
    p.conv.groups = node_int(n, "group", 1);
    for (int i = 0; i < win.space; i++) {
        p.conv.stride[i] = win.stride[i];
        p.conv.dilation[i] = win.dilation[i];
        p.conv.pad_low[i] = win.pad_low[i];
        p.conv.pad_high[i] = win.pad_high[i];
    }
    return lower_simple(l, n, p, 3, err);
}

const struct op op_conv = {
    .name = "Conv",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 3,
    .traits = OP_LINEAR | OP_CONV,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .cost = cost,
    .lower = lower,
};
