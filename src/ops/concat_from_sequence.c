#include "ops/sequences.h"

/* All tensors of a sequence end to end along an axis that they have or,
 * with new_axis, along a new one. */

static int fits(const struct tensor *t, const struct tensor *first, int axis,
                int fresh)
{
    if (t->dtype != first->dtype || t->shape.rank != first->shape.rank)
        return 0;
    for (int i = 0; i < t->shape.rank; i++)
        if ((fresh || i != axis) && t->shape.dims[i] != first->shape.dims[i])
            return 0;
    return 1;
}

static int find_shape(struct host_call *c, const struct datum *s, int axis,
                      int fresh, struct shape *out, struct prune_error *err)
{
    const struct tensor *first = s->items[0]->tensor;
    int64_t total = fresh ? s->n : 0;

    for (int64_t i = 0; i < s->n; i++) {
        const struct tensor *t = s->items[i]->tensor;
        if (!t || !fits(t, first, axis, fresh))
            return host_bad(c, err, "tensor %lld does not fit the first",
                            (long long)i);
        if (!fresh &&
            __builtin_add_overflow(total, t->shape.dims[axis], &total))
            return host_bad(c, err, "the joined axis is too large");
    }
    *out = first->shape;
    for (int k = out->rank++; fresh && k > axis; k--)
        out->dims[k] = out->dims[k - 1];
    out->rank -= !fresh;
    out->dims[axis] = total;
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct datum *s = ops_sequence(c, 0, err);
    int fresh = node_int(c->node, "new_axis", 0) != 0, axis, e;
    struct tensor *out;
    struct shape shape;
    int64_t at = 0;

    if (!s)
        return PRUNE_E_INPUT;
    if (s->n == 0 || !s->items[0]->tensor)
        return host_bad(c, err, "the sequence is empty");
    axis = s->items[0]->tensor->shape.rank + fresh;
    if (axis > MAX_RANK)
        return host_refuse(c, err, "tensors of more than %d axes", MAX_RANK);
    axis = shape_axis(axis, node_int(c->node, "axis", 0));
    if (axis < 0)
        return host_bad(c, err, "its axis lies outside its tensors");
    e = find_shape(c, s, axis, fresh, &shape, err);
    if (!e)
        e = host_out(c, 0, s->items[0]->tensor->dtype, &shape, &out, err);
    for (int64_t i = 0; !e && i < s->n; i++) {
        const struct tensor *t = s->items[i]->tensor;
        int64_t n = fresh ? 1 : t->shape.dims[axis];
        ops_put_slab(out, axis, at, n, t);
        at += n;
    }
    return e;
}

const struct op op_concat_from_sequence = {
    .name = "ConcatFromSequence",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 1,
    .host = host,
};
