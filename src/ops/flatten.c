#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/move.h"
#include "ops/ties.h"

/* Two axes: the product of the sizes before `axis`, and of the others. */
static int resolve(struct shape *out, const struct node *n,
                   const struct shape *x, struct prune_error *err)
{
    int64_t given = node_int(n, "axis", 1);
    int64_t axis = given < 0 ? given + x->rank : given;

    if (axis < 0 || axis > x->rank)
        return ops_bad(n, err, "axis %lld is outside an input of %d axes",
                       (long long)given, x->rank);
    out->rank = 2;
    out->dims[0] = shape_span(x, 0, (int)axis);
    out->dims[1] = shape_span(x, (int)axis, x->rank);
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out;
    int e = resolve(&out, n, &node_in(g, n, 0)->shape, err);

    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

static int flatten(struct shape *out, const struct host_call *c,
                   const struct shape *x, struct prune_error *err)
{
    return resolve(out, c->node, x, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_reshape(c, flatten, err);
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
    .host = host,
};
