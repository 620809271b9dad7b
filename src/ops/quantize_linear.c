#include <math.h>

#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/quantize.h"

/* y = round(x / scale) + zero point, cut to y's type. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *zero = node_in(g, n, 2);
    int64_t told = node_int(n, "output_dtype", 0);

    return ops_out(g, n, 0, &node_in(g, n, 0)->shape,
                   zero   ? zero->dtype
                   : told ? (enum dtype)told
                          : DTYPE_U8,
                   err);
}

static enum dtype type_of(const struct host_call *c)
{
    const struct tensor *zero = host_in(c, 2);
    int64_t told = node_int(c->node, "output_dtype", 0);

    return zero ? zero->dtype : told ? (enum dtype)told : DTYPE_U8;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y;
    struct quant q;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype) || !convert_can(type_of(c)) ||
        node_int(c->node, "block_size", 0))
        return host_refuse(c, err, "of %s, or in blocks",
                           dtype_name(x->dtype));
    int e = quant_read(&q, c, 1, 2, &x->shape,
                       shape_axis(x->shape.rank,
                                  node_int(c->node, "axis", 1)), err);
    if (!e)
        e = host_out(c, 0, type_of(c), &x->shape, &y, err);
    for (int64_t i = 0; !e && i < tensor_numel(x); i++) {
        double v;
        convert_to_f64(&v, x, i, 1);
        v = (double)nearbyintf((float)v / (float)quant_scale(&q, i)) +
            quant_zero(&q, i);
        convert_from_f64(y, i, 1, &v);
    }
    return e;
}

const struct op op_quantize_linear = {
    .name = "QuantizeLinear",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .host = host,
};
