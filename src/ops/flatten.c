#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* Two axes: the product of the sizes before `axis`, and of the others. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    int64_t axis = node_int(n, "axis", 1);
    struct shape out = {.rank = 2};

    if (axis < 0)
        axis += x->rank;
    if (axis < 0 || axis > x->rank)
        return ops_bad(n, err, "axis %lld is outside an input of %d axes",
                       (long long)node_int(n, "axis", 1), x->rank);
    out.dims[0] = shape_span(x, 0, (int)axis);
    out.dims[1] = shape_span(x, (int)axis, x->rank);
    return ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

const struct op op_flatten = {
    .name = "Flatten",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_PASS,
    .infer = infer,
    .couple = ops_couple_regroup,
    .lower = ops_lower_view,
};
