#include "ops/resample.h"

#include "ops/infer.h"
#include "ops/resize_axis.h"
#include "ops/ties.h"

enum { MOST_REPEATS = 16 };

static const struct tensor *constant_in(const struct graph *g,
                                        const struct node *n, int i)
{
    return i >= 0 && i < n->n_inputs && n->inputs[i] >= 0
               ? value_constant(g, n->inputs[i])
               : NULL;
}

int ops_infer_resample(struct graph *g, struct node *n, int scales, int sizes,
                       struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct resize r = {0};

    node_out(g, n, 0)->dtype = x->dtype;
    int e = resize_plan(&r, n, &x->shape, constant_in(g, n, scales),
                        constant_in(g, n, sizes), NULL, err);
    return e ? e : ops_out(g, n, 0, &r.out, x->dtype, err);
}

int ops_host_resample(struct host_call *c, int scales, int sizes, int roi,
                      struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct resize r = {.old = sizes < 0};

    if (!x)
        return PRUNE_E_INPUT;
    int e = resize_plan(&r, c->node, &x->shape,
                        scales < 0 ? NULL : host_in(c, scales),
                        sizes < 0 ? NULL : host_in(c, sizes),
                        roi < 0 ? NULL : host_in(c, roi), err);
    return e ? e : resize_run(c, &r, err);
}

int ops_couple_resample(struct coupling *c, const struct graph *g,
                        const struct node *n, struct prune_error *err)
{
    const struct shape *x = &g->values[n->inputs[0]].shape;
    const struct shape *y = &g->values[n->outputs[0]].shape;
    int resized = x->dims[1] != y->dims[1], rank = x->rank;

    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    ops_plain_image(c, g, n->inputs[0]);
    ops_plain_image(c, g, n->outputs[0]);
    if (rank < 2)
        return 0;
    if (resized)
        return ops_freeze_live(c, g, n, 1, "resizes the channel axis", err);
    return ops_tie(c, n->inputs[0], 1, n->outputs[0], 1, err);
}

/* One axis of `shape`, repeated: [.., W, ..] is viewed as [.., W, 1, ..],
 * joined with itself along the new axis, and viewed as [.., W * times, ..],
 * which is the shape afterwards. */
static int repeat(struct lowering *l, const struct node *n, int slot,
                  struct shape *shape, int axis, int64_t times, int last,
                  struct prune_error *err)
{
    struct prim view = {.kind = &prim_view};
    struct prim join = {.kind = &prim_concat, .concat = {axis + 1}};
    struct shape wide = *shape;
    int in[MOST_REPEATS], thin, thick, e;

    wide.rank++;
    for (int k = wide.rank - 1; k > axis + 1; k--)
        wide.dims[k] = wide.dims[k - 1];
    wide.dims[axis + 1] = 1;
    thin = lower_temp(l, &wide, err);
    wide.dims[axis + 1] = times;
    thick = lower_temp(l, &wide, err);
    shape->dims[axis] *= times;
    if (last < 0)
        last = lower_temp(l, shape, err);
    if (thin < 0 || thick < 0 || last < 0)
        return thin < 0 ? thin : thick < 0 ? thick : last;
    for (int i = 0; i < times; i++)
        in[i] = thin;
    (void)((e = lower_add(l, n, view, &slot, 1, thin, err)) ||
           (e = lower_add(l, n, join, in, (int)times, thick, err)) ||
           (e = lower_add(l, n, view, &thick, 1, last, err)));
    return e ? e : last;
}

int ops_lower_repeat(struct lowering *l, const struct graph *g,
                     const struct node *n, struct prune_error *err)
{
    struct shape shape = node_in(g, n, 0)->shape;
    const struct shape *y = &node_out(g, n, 0)->shape;
    int slot = lower_in(l, n, 0), left = 0;

    for (int k = 0; k < shape.rank; k++) {
        if (shape.dims[k] < 1 || y->dims[k] % shape.dims[k] ||
            y->dims[k] / shape.dims[k] > MOST_REPEATS)
            return lower_refuse(n, err, "only whole factors up to %d are "
                                "done", MOST_REPEATS);
        left += y->dims[k] != shape.dims[k];
    }
    if (left == 0 || shape.rank == MAX_RANK)
        return left ? lower_refuse(n, err, "too many axes")
                    : ops_lower_view(l, g, n, err);
    for (int k = 0; k < shape.rank && slot >= 0; k++) {
        int64_t times = y->dims[k] / shape.dims[k];
        if (times > 1)
            slot = repeat(l, n, slot, &shape, k, times,
                          --left ? -1 : lower_out(l, n, 0), err);
    }
    return slot < 0 ? slot : 0;
}
