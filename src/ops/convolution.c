#include "ops/convolution.h"

#include "ops/infer.h"
#include "ops/ties.h"

int ops_check_conv(const struct graph *g, const struct node *n, int out_axis,
                   struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    const struct shape *w = &node_in(g, n, 1)->shape;
    const struct value *b = node_in(g, n, 2);
    int64_t groups = node_int(n, "group", 1);
    int64_t outs;
    char text[96];

    if (x->rank < 3 || w->rank != x->rank)
        return ops_bad(n, err, "an input of %d axes with a weight of %d",
                       x->rank, w->rank);
    if (groups < 1 || x->dims[1] % groups || w->dims[0] % groups)
        return ops_bad(n, err, "%lld groups do not divide its channels",
                       (long long)groups);
    outs = out_axis ? ops_times(w->dims[1], groups) : w->dims[0];
    if (b && (b->shape.rank != 1 || b->shape.dims[0] != outs))
        return ops_bad(n, err, "a bias of %s for %lld channels",
                       shape_text(&b->shape, text), (long long)outs);
    return 0;
}

int ops_couple_conv(struct coupling *c, const struct graph *g,
                    const struct node *n, int out_axis,
                    struct prune_error *err)
{
    int w = n->inputs[1], out = n->outputs[0];
    int e = 0;

    ops_plain_image(c, g, n->inputs[0]);
    ops_plain_image(c, g, out);
    for (int k = 2; k < g->values[w].shape.rank; k++)
        couple_plain(c, w, k);
    if (out_axis == 0 || node_int(n, "group", 1) == 1)
        e = couple_same(c, w, out_axis, out, 1, err);
    if (!e)
        e = ops_role(c, n, 1, out_axis, ROLE_OUT, err);
    return e ? e : ops_rider(c, g, n, 2, out, 1, ROLE_SIDE, err);
}

/* Ties the same positions of every group of an axis. */
static int tie_groups(struct coupling *c, const struct graph *g, int value,
                      int axis, int64_t groups, struct prune_error *err)
{
    int64_t each = g->values[value].shape.dims[axis] / groups;
    int e = 0;

    for (int64_t k = 1; !e && k < groups; k++)
        e = couple_span(c, value, axis, 0, value, axis, k * each, each, err);
    return e;
}

static int depthwise(struct coupling *c, const struct graph *g,
                     const struct node *n, int64_t groups,
                     struct prune_error *err)
{
    int x = n->inputs[0], w = n->inputs[1];
    int64_t each = g->values[w].shape.dims[0] / groups;
    int e = 0;

    couple_plain(c, w, 1);
    for (int64_t i = 0; !e && i < groups * each; i++)
        e = couple_one(c, x, 1, i / each, w, 0, i, err);
    return e;
}

int ops_couple_groups(struct coupling *c, const struct graph *g,
                      const struct node *n, int64_t groups,
                      struct prune_error *err)
{
    int x = n->inputs[0], w = n->inputs[1];
    int64_t reads = g->values[w].shape.dims[1];
    int e;

    if (reads == 1)
        return depthwise(c, g, n, groups, err);
    (void)((e = couple_span(c, x, 1, 0, w, 1, 0, reads, err)) ||
           (e = tie_groups(c, g, x, 1, groups, err)) ||
           (e = tie_groups(c, g, n->outputs[0], 1, groups, err)));
    return e;
}
