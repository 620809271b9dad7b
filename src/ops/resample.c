#include "ops/resample.h"

#include <math.h>

#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

enum { MOST_REPEATS = 16 };

static int from_scales(struct shape *out, const struct node *n,
                       const float *scales, int64_t n_scales,
                       struct prune_error *err)
{
    if (n_scales != out->rank)
        return ops_bad(n, err, "%lld scales for %d axes", (long long)n_scales,
                       out->rank);
    for (int k = 0; k < out->rank; k++) {
        double size = floor((double)out->dims[k] * (double)scales[k]);
        if (!(size >= 1 && size < 1e9))
            return ops_bad(n, err, "a scale of %g", (double)scales[k]);
        out->dims[k] = (int64_t)size;
    }
    return 0;
}

static int from_sizes(struct shape *out, const struct node *n,
                      const struct ints *sizes, struct prune_error *err)
{
    if (sizes->n != out->rank)
        return ops_bad(n, err, "%lld sizes for %d axes", (long long)sizes->n,
                       out->rank);
    for (int k = 0; k < out->rank; k++)
        if ((out->dims[k] = sizes->at[k]) < 1)
            return ops_bad(n, err, "a size of %lld",
                           (long long)sizes->at[k]);
    return 0;
}

int ops_infer_resample(struct graph *g, struct node *n, int scales, int sizes,
                       struct prune_error *err)
{
    const struct attr *a = node_attr(n, "scales");
    const struct tensor *t = scales < 0 ? NULL : ops_f32(g, n, scales);
    struct shape out = node_in(g, n, 0)->shape;
    struct ints told;
    int e;

    if (node_attr(n, "axes")) /* opset 18: some axes only */
        return 0;
    if (sizes >= 0 && ops_in_ints(g, n, sizes, &told) && told.n > 0)
        e = from_sizes(&out, n, &told, err);
    else if (a && a->type == ATTR_FLOATS)
        e = from_scales(&out, n, a->floats, a->n, err);
    else if (t && tensor_numel(t) > 0)
        e = from_scales(&out, n, tensor_f32(t), tensor_numel(t), err);
    else
        return 0;
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
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
