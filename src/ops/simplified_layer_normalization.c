#include "ops/contrib.h"
#include "ops/infer.h"

/* x divided by the root of its mean square over the axes from `axis` on,
 * times scale: an operator of ONNX Runtime's in ONNX's own domain. */

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    int axis;
    int e = ops_axis(g, n, node_int(n, "axis", -1), &axis, err);

    return e ? e : ops_infer_same(g, n, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_rows(c, g, n, 1, "normalises the channels together",
                           err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    int axis;
    int e = ops_axis(g, n, node_int(n, "axis", -1), &axis, err);

    if (e)
        return e;
    if (ops_is_read(g, n, 1))
        return lower_refuse(n, err, "its deviation is asked for");
    return ops_lower_rms(l, n, &node_in(g, n, 0)->shape, axis,
                         node_float(n, "epsilon", 1e-5F), lower_in(l, n, 0),
                         lower_in(l, n, 1), lower_out(l, n, 0), err);
}

const struct op op_simplified_layer_normalization = {
    .name = "SimplifiedLayerNormalization",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = couple,
    .lower = lower,
};
