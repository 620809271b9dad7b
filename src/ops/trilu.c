#include <string.h>

#include "graph/host.h"
#include "ops/infer.h"

/* The triangle of the last two axes: what is above diagonal k and on it, or
 * below it and on it; the rest is 0. */
static int diagonal(const struct host_call *c, int64_t *k,
                    struct prune_error *err)
{
    const struct tensor *t = host_in(c, 1);

    *k = 0;
    if (t && (tensor_numel(t) != 1 || t->dtype != DTYPE_I64))
        return host_bad(c, err, "its diagonal is no single integer");
    if (t)
        *k = tensor_int(t, 0);
    return 0;
}

/* Columns from … to-1 of row i are kept. */
static void bounds(int upper, int64_t i, int64_t k, int64_t columns,
                   int64_t *from, int64_t *to)
{
    /* Clamped first, so that the sum cannot overflow. */
    int64_t far = i + columns;
    int64_t at = i + (k > far ? far : k < -far ? -far : k);

    *from = upper ? at : 0;
    *to = upper ? columns : at + 1;
    *from = *from < 0 ? 0 : *from > columns ? columns : *from;
    *to = *to < *from ? *from : *to > columns ? columns : *to;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int upper = node_int(c->node, "upper", 1) != 0, e;
    struct tensor *y;
    int64_t k;

    if (!x)
        return PRUNE_E_INPUT;
    if (x->shape.rank < 2)
        return host_bad(c, err, "its input has %d axes", x->shape.rank);
    if ((e = diagonal(c, &k, err)) ||
        (e = host_out(c, 0, x->dtype, &x->shape, &y, err)) || !x->size)
        return e;
    int64_t columns = x->shape.dims[x->shape.rank - 1];
    int64_t rows = x->shape.dims[x->shape.rank - 2];
    int64_t all = tensor_numel(x) / columns;
    size_t size = dtype_size(x->dtype);
    memset(y->data, 0, y->size);
    for (int64_t i = 0; i < all; i++) {
        int64_t from, to;
        bounds(upper, i % rows, k, columns, &from, &to);
        size_t at = (size_t)(i * columns + from) * size;
        memcpy((char *)y->data + at, (const char *)x->data + at,
               (size_t)(to - from) * size);
    }
    return 0;
}

const struct op op_trilu = {
    .name = "Trilu",
    .domain = "",
    .since = 14,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_same,
    .host = host,
};
