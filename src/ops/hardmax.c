#include <string.h>

#include "graph/convert.h"
#include "graph/host.h"
#include "ops/infer.h"

/* 1 at the first greatest element along an axis, 0 elsewhere. Before opset
 * 13 the input is one matrix, cut before the axis. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int old = c->graph->opset < 13, axis;
    struct tensor *y;

    if (!x)
        return PRUNE_E_INPUT;
    axis = shape_axis(x->shape.rank, node_int(c->node, "axis", old ? 1 : -1));
    if (axis < 0 || !dtype_is_float(x->dtype))
        return host_bad(c, err, "it has no such axis, or no floats");
    int64_t outer = shape_span(&x->shape, 0, axis);
    int64_t n = old ? shape_span(&x->shape, axis, x->shape.rank)
                    : x->shape.dims[axis];
    int64_t inner = old ? 1 : shape_span(&x->shape, axis + 1, x->shape.rank);
    int e = host_out(c, 0, x->dtype, &x->shape, &y, err);
    if (e || !y->size)
        return e;
    memset(y->data, 0, y->size);
    for (int64_t i = 0; i < outer * inner; i++) {
        int64_t first = i / inner * n * inner + i % inner, best = first;
        double most, v, one = 1;
        convert_to_f64(&most, x, first, 1);
        for (int64_t k = 1; k < n; k++) {
            convert_to_f64(&v, x, first + k * inner, 1);
            if (v > most) {
                most = v;
                best = first + k * inner;
            }
        }
        convert_from_f64(y, best, 1, &one);
    }
    return 0;
}

const struct op op_hardmax = {
    .name = "Hardmax",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_same,
    .host = host,
};
