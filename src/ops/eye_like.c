#include <string.h>

#include "graph/convert.h"
#include "graph/host.h"
#include "ops/infer.h"

/* Ones on diagonal k of a matrix of the input's shape, zeros elsewhere. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);

    return ops_out(g, n, 0, &x->shape,
                   (enum dtype)node_int(n, "dtype", x->dtype), err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int64_t k = node_int(c->node, "k", 0), one = 1;
    struct tensor *y;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    enum dtype to = (enum dtype)node_int(c->node, "dtype", x->dtype);
    if (x->shape.rank != 2 || !convert_can(to))
        return host_bad(c, err, "its input is no matrix, or its type none");
    if ((e = host_out(c, 0, to, &x->shape, &y, err)) || !y->size)
        return e;
    memset(y->data, 0, y->size);
    for (int64_t i = 0; i < x->shape.dims[0]; i++)
        if (k >= -i && k < x->shape.dims[1] - i)
            convert_from_i64(y, i * x->shape.dims[1] + i + k, 1, &one);
    return 0;
}

const struct op op_eye_like = {
    .name = "EyeLike",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .host = host,
};
