#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/move.h"
#include "ops/order.h"
#include "ops/ties.h"

/* The positions along an axis, or of all elements, at which input 1 is
 * true. */

static int find_true(int64_t **out, int64_t *n, const struct host_call *c,
                     const struct tensor *t, int64_t size,
                     struct prune_error *err)
{
    const unsigned char *truth = t->data;
    int64_t *at;

    *n = 0;
    if (t->dtype != DTYPE_BOOL || t->shape.rank != 1)
        return host_bad(c, err, "its condition is no list of truth values");
    at = mem_array(NULL, (size_t)t->shape.dims[0], sizeof *at);
    if (!at)
        return err_memory(err, "positions");
    for (int64_t i = 0; i < t->shape.dims[0]; i++)
        if (truth[i])
            at[(*n)++] = i;
    if (*n == 0 || at[*n - 1] < size) {
        *out = at;
        return 0;
    }
    mem_free(at);
    return host_bad(c, err, "its condition is longer than %lld positions",
                    (long long)size);
}

static int run(struct host_call *c, const struct tensor *x, int axis,
               struct lanes l, const int64_t *at, int64_t n,
               struct prune_error *err)
{
    size_t block = (size_t)l.inner * dtype_size(x->dtype);
    struct shape shape = {.rank = 1};
    struct tensor *out;
    int e;

    if (axis >= 0)
        shape = x->shape;
    shape.dims[axis < 0 ? 0 : axis] = n;
    e = host_out(c, 0, x->dtype, &shape, &out, err);
    for (int64_t o = 0; !e && out->size && o < l.outer; o++)
        ops_pick((unsigned char *)out->data + (size_t)(o * n) * block,
                 (const unsigned char *)x->data +
                     (size_t)(o * l.size) * block,
                 at, n, block);
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err), *t = host_need(c, 1, err);
    int64_t *at = NULL, n;
    struct lanes l;
    int axis = -1, e = x && t ? 0 : PRUNE_E_INPUT;

    if (!e && node_attr(c->node, "axis"))
        e = ops_axis_of(c->node, x->shape.rank,
                        node_int(c->node, "axis", 0), &axis, err);
    if (e)
        return e;
    l = axis < 0 ? (struct lanes){1, tensor_numel(x), 1}
                 : ops_lanes(&x->shape, axis);
    e = find_true(&at, &n, c, t, l.size, err);
    if (!e)
        e = run(c, x, axis, l, at, n, err);
    mem_free(at);
    return e;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    (void)err;
    return ops_out_late(g, n);
}

const struct op op_compress = {
    .name = "Compress",
    .domain = "",
    .since = 9,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
