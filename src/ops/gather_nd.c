#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/move.h"
#include "ops/places.h"
#include "ops/ties.h"

/* A block of input 0 for each list of indices along the last axis of input
 * 1; the first `batch_dims` axes (opset 12) are those of both. */
static int out_shape(struct shape *out, int *batch, const struct node *n,
                     const struct shape *x, const struct shape *at,
                     struct prune_error *err)
{
    int64_t b = node_int(n, "batch_dims", 0);
    int64_t q = at->rank > 0 ? at->dims[at->rank - 1] : 0;

    if (at->rank < 1 || b < 0 || b >= at->rank || q > x->rank - b)
        return ops_bad(n, err, "indices that do not fit %d axes", x->rank);
    if (at->rank - 1 + x->rank - b - q > MAX_RANK)
        return ops_bad(n, err, "its output would have %d axes",
                       (int)(at->rank - 1 + x->rank - b - q));
    *out = (struct shape){.rank = 0};
    for (int k = 0; k < at->rank - 1; k++)
        out->dims[out->rank++] = at->dims[k];
    for (int k = (int)(b + q); k < x->rank; k++)
        out->dims[out->rank++] = x->dims[k];
    *batch = (int)b;
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out;
    int batch, e = out_shape(&out, &batch, n, &x->shape,
                             &node_in(g, n, 1)->shape, err);

    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err), *at = host_need(c, 1, err);
    struct shape shape;
    struct tensor *out;
    struct places p;
    int batch, e;

    if (!x || !at)
        return PRUNE_E_INPUT;
    e = out_shape(&shape, &batch, c->node, &x->shape, &at->shape, err);
    if (!e)
        e = ops_list_places(&p, c, &x->shape, at, batch, err);
    if (e)
        return e;
    e = host_out(c, 0, x->dtype, &shape, &out, err);
    if (!e)
        ops_pick(out->data, x->data, p.at, p.n,
                 (size_t)p.block * dtype_size(x->dtype));
    mem_free(p.at);
    return e;
}

const struct op op_gather_nd = {
    .name = "GatherND",
    .domain = "",
    .since = 11,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
