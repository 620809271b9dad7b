#include <string.h>

#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"

/* x [N,C,...] and where MaxPool found it, put back into zeros: y has the
 * shape that MaxPool's input had, or `output_shape` (input 2), to whose
 * beginning that is laid. */

enum { MAX_STEP = 1 << 24 };

/* The shape before the pool, by its attributes. */
static int pooled_from(struct shape *out, const struct shape *x,
                       const struct node *n, struct prune_error *err)
{
    int64_t kernel[MAX_RANK] = {0}, stride[MAX_RANK], pads[2 * MAX_RANK] = {0};
    int space = x->rank - 2;
    for (int k = 0; k < MAX_RANK; k++)
        stride[k] = 1;
    if (space < 1 || node_ints(n, "kernel_shape", kernel, MAX_RANK) != space)
        return ops_bad(n, err, "kernel_shape does not fit its input");
    (void)node_ints(n, "strides", stride, MAX_RANK);
    (void)node_ints(n, "pads", pads, 2 * MAX_RANK);
    *out = *x;
    for (int k = 0; k < space; k++) {
        int64_t low = pads[k], high = pads[space + k], size = x->dims[2 + k];
        if (kernel[k] < 1 || kernel[k] > MAX_STEP || stride[k] < 1 ||
            stride[k] > MAX_STEP || low < 0 || low > MAX_STEP || high < 0 ||
            high > MAX_STEP || size > MAX_STEP)
            return ops_bad(n, err, "its window is absurd");
        out->dims[2 + k] = (size - 1) * stride[k] + kernel[k] - low - high;
        if (out->dims[2 + k] < 1)
            return ops_bad(n, err, "its pads leave no output");
    }
    return 0;
}

static int from_sizes(struct shape *out, const struct shape *inner,
                      const struct node *n, const int64_t *sizes,
                      int64_t many, struct prune_error *err)
{
    if (many != inner->rank)
        return ops_bad(n, err, "output_shape has %lld sizes for %d axes",
                       (long long)many, inner->rank);
    *out = *inner;
    for (int k = 0; k < inner->rank; k++) {
        out->dims[k] = sizes[k];
        if (sizes[k] < inner->dims[k])
            return ops_bad(n, err, "output_shape has a size of %lld",
                           (long long)sizes[k]);
    }
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape inner, out;
    struct ints sizes;
    int e = pooled_from(&inner, &node_in(g, n, 0)->shape, n, err);
    if (e)
        return e;
    out = inner;
    if (node_in(g, n, 2) && !ops_in_ints(g, n, 2, &sizes))
        return ops_out_late(g, n);
    if (node_in(g, n, 2))
        e = from_sizes(&out, &inner, n, sizes.at, sizes.n, err);
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

/* An index into a tensor of shape a, as one into one of shape b. */
static int64_t carry(const struct shape *a, const struct shape *b, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int k = a->rank - 1; k >= 0; k--) {
        at += i % a->dims[k] * step;
        i /= a->dims[k];
        step *= b->dims[k];
    }
    return at;
}

static int put(const struct host_call *c, const struct tensor *x,
               const struct tensor *indices, const struct shape *inner,
               struct tensor *y, struct prune_error *err)
{
    size_t size = dtype_size(x->dtype);
    int64_t room = shape_numel(inner);
    if (y->size)
        memset(y->data, 0, y->size);
    for (int64_t i = 0; i < tensor_numel(x); i++) {
        int64_t at = ((const int64_t *)indices->data)[i];
        if (at < 0 || at >= room)
            return host_bad(c, err, "an index of %lld", (long long)at);
        at = carry(inner, &y->shape, at);
        memcpy((char *)y->data + (size_t)at * size,
               (const char *)x->data + (size_t)i * size, size);
    }
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct tensor *at = x ? host_need(c, 1, err) : NULL;
    const struct tensor *told = host_in(c, 2);
    struct shape inner, out;
    struct tensor *y = NULL;
    int e = at ? 0 : PRUNE_E_INPUT;
    if (!e && (at->dtype != DTYPE_I64 || !dtype_size(x->dtype) ||
               tensor_numel(at) != tensor_numel(x)))
        e = host_bad(c, err, "its indices do not fit");
    if (!e)
        e = pooled_from(&inner, &x->shape, c->node, err);
    if (e)
        return e;
    out = inner;
    if (told && (told->dtype != DTYPE_I64 || told->shape.rank != 1))
        return host_bad(c, err, "output_shape is no list");
    if (told)
        e = from_sizes(&out, &inner, c->node, told->data, tensor_numel(told),
                       err);
    if (!e)
        e = host_out(c, 0, x->dtype, &out, &y, err);
    return e ? e : put(c, x, at, &inner, y, err);
}

const struct op op_max_unpool = {
    .name = "MaxUnpool",
    .domain = "",
    .since = 9,
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .host = host,
};
