#include <float.h>

#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* max(min, min(max, x)). The bounds are attributes before opset 11 and
 * optional scalar inputs since; couple_through leaves those alone. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    float low = node_float(n, "min", -FLT_MAX);
    float high = node_float(n, "max", FLT_MAX);

    if (ops_scalar(g, n, 1, low, &low) || ops_scalar(g, n, 2, high, &high))
        return lower_refuse(n, err, "its bounds are computed from the data");
    return ops_lower_eltwise(l, n, ELT_CLIP, low, high, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    return ops_couple_pass(c, g, n, err);
}

const struct op op_clip = {
    .name = "Clip",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 3,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = couple,
    .lower = lower,
};
