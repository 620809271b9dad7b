#include <string.h>

#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/move.h"
#include "ops/ties.h"

/* The middle of the input in a tensor of the size that input 1 says: what is
 * too much is cut off, what is missing is zero. */

static int out_shape(struct shape *out, const struct node *n,
                     const struct shape *x, const struct ints *sizes,
                     struct prune_error *err)
{
    int64_t axes[MAX_RANK];
    int64_t many = node_ints(n, "axes", axes, MAX_RANK);
    int axis, e, some = node_attr(n, "axes") != NULL;

    *out = *x;
    if (many > MAX_RANK || sizes->n != (some ? many : x->rank))
        return ops_bad(n, err, "its sizes do not fit its axes");
    for (int k = 0; k < sizes->n; k++) {
        if ((e = ops_axis_of(n, x->rank, some ? axes[k] : k, &axis, err)))
            return e;
        if (sizes->at[k] < 0)
            return ops_bad(n, err, "a negative size");
        out->dims[axis] = sizes->at[k];
    }
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct ints sizes;
    struct shape out;
    int e;

    if (!ops_in_ints(g, n, 1, &sizes))
        return ops_out_late(g, n);
    e = out_shape(&out, n, &x->shape, &sizes, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int64_t from = 0, to = 0;
    struct ints sizes;
    struct shape shape;
    struct tensor *out;
    struct move m;
    size_t item;
    int e = x ? ops_host_list(c, NULL, 1, &sizes, err) : PRUNE_E_INPUT;

    if (e >= 0)
        e = out_shape(&shape, c->node, &x->shape, &sizes, err);
    if (!e)
        e = host_out(c, 0, x->dtype, &shape, &out, err);
    if (e || !out->size)
        return e;
    memset(out->data, 0, out->size);
    if (!x->size)
        return 0;
    ops_move_into(&m, &shape, &x->shape);
    item = dtype_size(x->dtype);
    for (int k = 0; k < shape.rank; k++) {
        int64_t more = shape.dims[k] - x->shape.dims[k];
        m.dims[k] = more > 0 ? x->shape.dims[k] : shape.dims[k];
        to += more > 0 ? more / 2 * m.to[k] : 0;
        from += more < 0 ? -more / 2 * m.from[k] : 0;
    }
    ops_move((unsigned char *)out->data + (size_t)to * item,
             (const unsigned char *)x->data + (size_t)from * item, &m, item);
    return 0;
}

const struct op op_center_crop_pad = {
    .name = "CenterCropPad",
    .domain = "",
    .since = 18,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
