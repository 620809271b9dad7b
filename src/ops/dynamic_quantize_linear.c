#include <math.h>

#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/quantize.h"

/* Quantises to uint8 with the scale and zero point that its own range, 0
 * included, asks for: outputs y, scale, zero point. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape scalar = {.rank = 0};
    int e = ops_out(g, n, 0, &node_in(g, n, 0)->shape, DTYPE_U8, err);

    (void)(e || (e = ops_out(g, n, 1, &scalar, DTYPE_F32, err)) ||
           (e = ops_out(g, n, 2, &scalar, DTYPE_U8, err)));
    return e;
}

static float range_of(const struct tensor *x, float *least)
{
    float low = 0, high = 0;

    for (int64_t i = 0; i < tensor_numel(x); i++) {
        low = fminf(low, tensor_f32(x)[i]);
        high = fmaxf(high, tensor_f32(x)[i]);
    }
    *least = low;
    return high - low;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct shape scalar = {.rank = 0};
    struct tensor *y, *s = NULL, *z = NULL;
    float low, scale, zero;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (x->dtype != DTYPE_F32)
        return host_refuse(c, err, "of %s", dtype_name(x->dtype));
    scale = range_of(x, &low) / 255;
    zero = scale > 0 ? nearbyintf(-low / scale) : 0;
    e = host_out(c, 0, DTYPE_U8, &x->shape, &y, err);
    if (!e && host_wants(c, 1))
        e = host_out(c, 1, DTYPE_F32, &scalar, &s, err);
    if (!e && host_wants(c, 2))
        e = host_out(c, 2, DTYPE_U8, &scalar, &z, err);
    if (e)
        return e;
    for (int64_t i = 0; i < tensor_numel(x); i++) {
        double v = scale > 0 ? (double)(nearbyintf(tensor_f32(x)[i] / scale) +
                                        zero)
                             : 0;
        convert_from_f64(y, i, 1, &v);
    }
    if (s)
        convert_from_f64(s, 0, 1, &(double){(double)scale});
    if (z)
        convert_from_f64(z, 0, 1, &(double){(double)zero});
    return 0;
}

const struct op op_dynamic_quantize_linear = {
    .name = "DynamicQuantizeLinear",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .host = host,
};
