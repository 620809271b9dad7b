#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/move.h"
#include "ops/ties.h"

/* out = data taken at `indices` along one axis, whose place the axes of the
 * indices take. On sizes: one of them. On a constant table: an embedding. */

static int find_axis(const struct graph *g, const struct node *n, int *out,
                     struct prune_error *err)
{
    return ops_axis(g, n, node_int(n, "axis", 0), out, err);
}

static int out_shape(struct shape *out, const struct node *n,
                     const struct shape *x, const struct shape *at, int axis,
                     struct prune_error *err)
{
    *out = (struct shape){.rank = 0};
    if (x->rank + at->rank - 1 > MAX_RANK)
        return ops_bad(n, err, "its output would have %d axes",
                       x->rank + at->rank - 1);
    for (int k = 0; k < axis; k++)
        out->dims[out->rank++] = x->dims[k];
    for (int k = 0; k < at->rank; k++)
        out->dims[out->rank++] = at->dims[k];
    for (int k = axis + 1; k < x->rank; k++)
        out->dims[out->rank++] = x->dims[k];
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out;
    int axis, e = find_axis(g, n, &axis, err);

    if (!e)
        e = out_shape(&out, n, &x->shape, &node_in(g, n, 1)->shape, axis,
                      err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    int n_at = node_in(g, n, 1)->shape.rank, map[MAX_RANK], n_out = 0;
    int is_table = value_constant_home(g, n->inputs[0]) != NO_VALUE;
    int axis, e = find_axis(g, n, &axis, err);

    couple_plain_all(c, n->inputs[1]);
    if (e || ops_couple_ints(c, g, n))
        return e;
    if (is_table)
        couple_plain(c, n->inputs[0], axis);
    else if (!couple_is_plain(c, n->inputs[0], axis))
        e = couple_freeze(c, n->inputs[0], axis, n, "picks single channels",
                          err);
    for (int k = 0; k < x->rank; k++) {
        if (k != axis)
            map[n_out++] = k;
        for (int i = 0; k == axis && i < n_at; i++)
            map[n_out++] = -1;
    }
    if (!e)
        e = ops_couple_map(c, g, n, map, err);
    for (int k = 0; !e && is_table && k < x->rank; k++)
        if (k != axis)
            e = ops_role(c, n, 0, k, ROLE_OUT, err);
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    if (ops_is_parameter(g, n, 0))
        out->weights = out->learned = 1;
}

/* One index, or several that follow each other evenly, is a slice. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_slice}, view = {.kind = &prim_view};
    struct shape shape = node_in(g, n, 0)->shape;
    int in = lower_in(l, n, 0), axis, slot;
    struct ints at;
    int e = find_axis(g, n, &axis, err);

    if (e)
        return e;
    if (!ops_in_ints(g, n, 1, &at) || at.n < 1)
        return lower_refuse(n, err, "its indices come from the data");
    for (int k = 0; k < MAX_RANK; k++)
        p.slice.step[k] = 1;
    for (int64_t i = 0; i < at.n; i++) {
        at.at[i] += at.at[i] < 0 ? shape.dims[axis] : 0;
        if (at.at[i] < 0 || at.at[i] >= shape.dims[axis])
            return ops_bad(n, err, "an index outside its data");
        if (i > 0 && at.at[i] - at.at[i - 1] != at.at[1] - at.at[0])
            return lower_refuse(n, err, "its indices are in no even order");
    }
    p.slice.start[axis] = at.at[0];
    p.slice.step[axis] = at.n > 1 ? at.at[1] - at.at[0] : 1;
    if (p.slice.step[axis] == 0)
        return lower_refuse(n, err, "its indices repeat");
    shape.dims[axis] = at.n;
    slot = lower_temp(l, &shape, err);
    if (slot < 0)
        return slot;
    e = lower_add(l, n, p, &in, 1, slot, err);
    return e ? e
             : lower_add(l, n, view, &slot, 1, lower_out(l, n, 0), err);
}

/* x [outer, size, inner] at [n] -> out [outer, n, inner] */
static void pick(struct tensor *out, const struct tensor *x, int axis,
                 const int64_t *at, int64_t n)
{
    size_t item = dtype_size(x->dtype);
    int64_t outer = shape_span(&x->shape, 0, axis);
    size_t inner = (size_t)shape_span(&x->shape, axis + 1, x->shape.rank) *
                   item;
    size_t from = inner * (size_t)x->shape.dims[axis], to = inner * (size_t)n;

    if (out->size == 0)
        return;
    for (int64_t o = 0; o < outer; o++)
        ops_pick((unsigned char *)out->data + (size_t)o * to,
                 (const unsigned char *)x->data + (size_t)o * from, at, n,
                 inner);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err), *at = host_need(c, 1, err);
    int64_t *places = NULL;
    struct shape shape;
    struct tensor *out;
    int axis, e;

    if (!x || !at)
        return PRUNE_E_INPUT;
    e = ops_axis_of(c->node, x->shape.rank, node_int(c->node, "axis", 0),
                    &axis, err);
    if (!e)
        e = out_shape(&shape, c->node, &x->shape, &at->shape, axis, err);
    if (!e)
        e = ops_positions(&places, c, at, x->shape.dims[axis], err);
    if (!e)
        e = host_out(c, 0, x->dtype, &shape, &out, err);
    if (!e)
        pick(out, x, axis, places, tensor_numel(at));
    mem_free(places);
    return e;
}

const struct op op_gather = {
    .name = "Gather",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .lower = lower,
    .host = host,
};
