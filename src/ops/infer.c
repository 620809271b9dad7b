#include "ops/infer.h"

#include <string.h>

#include <stdarg.h>
#include <stdio.h>

int ops_bad(const struct node *n, struct prune_error *err, const char *format,
            ...)
{
    char text[320];
    va_list args;

    va_start(args, format);
    /* The analyzer loses va_start when it reads several files in a row.
     * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(err, PRUNE_E_INPUT, "%s: %s", n->type, text);
}

int64_t ops_times(int64_t a, int64_t b)
{
    int64_t product;

    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

int64_t ops_macs(const struct shape *shape, int64_t each)
{
    int64_t numel = shape_numel(shape);

    return numel < 0 || each < 0 ? 0 : ops_times(numel, each);
}

int ops_out(struct graph *g, const struct node *n, int i,
            const struct shape *shape, enum dtype dtype,
            struct prune_error *err)
{
    struct value *v = node_out(g, n, i);
    int64_t numel = shape_numel(shape);
    char text[96];

    if (!v)
        return 0;
    if (numel < 0 || numel > TENSOR_MAX_BYTES / 8)
        return ops_bad(n, err, "output %d would be %s, which is too large", i,
                       shape_text(shape, text));
    v->shape = *shape;
    v->dtype = dtype;
    return 0;
}

int ops_out_late(struct graph *g, const struct node *n)
{
    for (int i = 0; i < n->n_outputs; i++)
        if (node_out(g, n, i))
            node_out(g, n, i)->dtype = node_in(g, n, 0)->dtype;
    return PRUNE_E_UNSUPPORTED;
}

int ops_infer_same(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);

    return ops_out(g, n, 0, &x->shape, x->dtype, err);
}

int ops_infer_pass(struct graph *g, struct node *n, struct prune_error *err)
{
    struct value *y = node_out(g, n, 0);
    struct tensor *known = value_constant(g, n->inputs[0]);
    int e = ops_infer_same(g, n, err);

    if (e || !known || dtype_is_float(known->dtype))
        return e;
    tensor_unref(y->known);
    y->known = tensor_ref(known);
    return 0;
}

int ops_old_axis(const struct graph *g, const struct node *n)
{
    if (g->opset >= 7 || n->n_inputs != 2)
        return -1;
    int64_t axis = strcmp(n->type, "PRelu") ? node_int(n, "axis", -1) : 1;
    return axis >= 0 && axis < MAX_RANK ? (int)axis : -1;
}

int ops_infer_broadcast(struct graph *g, struct node *n,
                        struct prune_error *err)
{
    struct shape shape = node_in(g, n, 0)->shape;

    if (ops_old_axis(g, n) >= 0)
        return ops_infer_same(g, n, err);
    for (int i = 1; i < n->n_inputs; i++) {
        const struct value *v = node_in(g, n, i);
        struct shape sum;
        if (!v)
            return ops_bad(n, err, "input %d is missing", i);
        if (shape_broadcast(&sum, &shape, &v->shape, err))
            return PRUNE_E_INPUT;
        shape = sum;
    }
    return ops_out(g, n, 0, &shape, node_in(g, n, 0)->dtype, err);
}

int ops_axis(const struct graph *g, const struct node *n, int64_t axis,
             int *out, struct prune_error *err)
{
    return ops_axis_of(n, node_in(g, n, 0)->shape.rank, axis, out, err);
}

int ops_axis_of(const struct node *n, int rank, int64_t axis, int *out,
                struct prune_error *err)
{
    int found = shape_axis(rank, axis);

    if (found < 0)
        return ops_bad(n, err, "axis %lld is outside an input of %d axes",
                       (long long)axis, rank);
    *out = found;
    return 0;
}

int ops_is_parameter(const struct graph *g, const struct node *n, int i)
{
    const struct tensor *t;

    if (i >= n->n_inputs || n->inputs[i] < 0)
        return 0;
    t = value_constant(g, n->inputs[i]);
    return t && dtype_is_float(t->dtype) && tensor_numel(t) > 1;
}
