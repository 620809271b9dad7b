#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/quantize.h"

/* y = (x - zero point) * scale, of the scale's type. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_out(g, n, 0, &node_in(g, n, 0)->shape,
                   node_in(g, n, 1)->dtype, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y;
    struct quant q;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype) || node_int(c->node, "block_size", 0))
        return host_refuse(c, err, "of %s, or in blocks",
                           dtype_name(x->dtype));
    int e = quant_read(&q, c, 1, 2, &x->shape,
                       shape_axis(x->shape.rank,
                                  node_int(c->node, "axis", 1)), err);
    if (!e)
        e = host_out(c, 0, q.scale->dtype, &x->shape, &y, err);
    for (int64_t i = 0; !e && i < tensor_numel(x); i++) {
        double v;
        convert_to_f64(&v, x, i, 1);
        v = (v - quant_zero(&q, i)) * quant_scale(&q, i);
        convert_from_f64(y, i, 1, &v);
    }
    return e;
}

const struct op op_dequantize_linear = {
    .name = "DequantizeLinear",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .host = host,
};
