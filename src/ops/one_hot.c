#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/move.h"
#include "ops/ties.h"

/* A new axis of `depth` positions, in which the one that an index names
 * holds values[1], and all others values[0]. An index beyond them names
 * none. Indices and depth may be of any type of numbers. */

static int out_shape(struct shape *out, int *axis, const struct node *n,
                     const struct shape *at, int64_t depth,
                     struct prune_error *err)
{
    int e;

    if (at->rank + 1 > MAX_RANK)
        return ops_bad(n, err, "its output would have %d axes",
                       at->rank + 1);
    if (depth < 0)
        return ops_bad(n, err, "a depth of %lld", (long long)depth);
    e = ops_axis_of(n, at->rank + 1, node_int(n, "axis", -1), axis, err);
    if (e)
        return e;
    out->rank = at->rank + 1;
    for (int k = 0; k < out->rank; k++)
        out->dims[k] = k == *axis ? depth
                                  : at->dims[k > *axis ? k - 1 : k];
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct tensor *depth = value_constant(g, n->inputs[1]);
    enum dtype dtype = node_in(g, n, 2)->dtype;
    struct shape out;
    int64_t many = -1;
    int axis, e;

    if (!depth || tensor_numel(depth) != 1 || !convert_can(depth->dtype)) {
        e = ops_out_late(g, n);
        node_out(g, n, 0)->dtype = dtype;
        return e;
    }
    convert_to_i64(&many, depth, 0, 1);
    e = out_shape(&out, &axis, n, &node_in(g, n, 0)->shape, many, err);
    return e ? e : ops_out(g, n, 0, &out, dtype, err);
}

/* out [outer, depth, inner] of indices [outer, inner] */
static void run(struct tensor *out, const struct tensor *at, int axis,
                const struct tensor *values)
{
    int64_t depth = out->shape.dims[axis];
    int64_t inner = shape_span(&out->shape, axis + 1, out->shape.rank);
    int64_t n = tensor_numel(at), many = tensor_numel(out), k;
    const int64_t off = 0, on = 1;
    size_t item = dtype_size(out->dtype);
    unsigned char *to = out->data;

    for (int64_t i = 0; i < many; i++)
        ops_pick(to + (size_t)i * item, values->data, &off, 1, item);
    for (int64_t i = 0; i < n; i++) {
        convert_to_i64(&k, at, i, 1);
        k = k < 0 ? k + depth : k;
        if (k < 0 || k >= depth)
            continue;
        k = (i / inner * depth + k) * inner + i % inner;
        ops_pick(to + (size_t)k * item, values->data, &on, 1, item);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *at = host_need(c, 0, err);
    const struct tensor *depth = host_need(c, 1, err);
    const struct tensor *values = host_need(c, 2, err);
    struct shape shape;
    struct tensor *out;
    int64_t many;
    int axis, e;

    if (!at || !depth || !values)
        return PRUNE_E_INPUT;
    if (!convert_can(at->dtype) || !convert_can(depth->dtype) ||
        tensor_numel(depth) != 1)
        return host_bad(c, err, "its indices or depth are no numbers");
    if (tensor_numel(values) != 2)
        return host_bad(c, err, "it has not two values to set");
    convert_to_i64(&many, depth, 0, 1);
    e = out_shape(&shape, &axis, c->node, &at->shape, many, err);
    if (!e)
        e = host_out(c, 0, values->dtype, &shape, &out, err);
    if (!e && out->size)
        run(out, at, axis, values);
    return e;
}

const struct op op_one_hot = {
    .name = "OneHot",
    .domain = "",
    .since = 9,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
