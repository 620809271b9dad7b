#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/move.h"
#include "ops/places.h"
#include "ops/ties.h"

/* An element for each index: of input 0 at the index's own place, but along
 * `axis` where it says. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0), *at = node_in(g, n, 1);
    int axis, e = ops_axis(g, n, node_int(n, "axis", 0), &axis, err);

    if (!e && at->shape.rank != x->shape.rank)
        return ops_bad(n, err, "indices of %d axes for data of %d",
                       at->shape.rank, x->shape.rank);
    return e ? e : ops_out(g, n, 0, &at->shape, x->dtype, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err), *at = host_need(c, 1, err);
    struct tensor *out;
    struct places p;
    int axis, e;

    if (!x || !at)
        return PRUNE_E_INPUT;
    e = ops_axis_of(c->node, x->shape.rank, node_int(c->node, "axis", 0),
                    &axis, err);
    if (!e)
        e = ops_element_places(&p, c, &x->shape, at, axis, err);
    if (e)
        return e;
    e = host_out(c, 0, x->dtype, &at->shape, &out, err);
    if (!e)
        ops_pick(out->data, x->data, p.at, p.n, dtype_size(x->dtype));
    mem_free(p.at);
    return e;
}

const struct op op_gather_elements = {
    .name = "GatherElements",
    .domain = "",
    .since = 11,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
