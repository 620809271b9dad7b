#include "graph/convert.h"
#include "graph/host.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* Input 0 in the element type of input 1. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_out(g, n, 0, &node_in(g, n, 0)->shape, node_in(g, n, 1)->dtype,
                   err);
}

/* Numbers made of channels would change with them. What gives the type
 * alone is no part of it. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    if (!dtype_is_float(node_in(g, n, 1)->dtype))
        return ops_couple_decides(c, g, n, err);
    return ops_couple_pass(c, g, n, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    if (node_in(g, n, 0)->dtype != node_in(g, n, 1)->dtype)
        return lower_refuse(n, err, "casts %s to %s",
                            dtype_name(node_in(g, n, 0)->dtype),
                            dtype_name(node_in(g, n, 1)->dtype));
    return ops_lower_view(l, g, n, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct tensor *like = host_need(c, 1, err);
    struct tensor *y = NULL;

    if (!x || !like)
        return PRUNE_E_INPUT;
    int e = convert_tensor(&y, c->in[0]->tensor, like->dtype, err);
    return e ? e : host_set_tensor(c, 0, y, err);
}

const struct op op_cast_like = {
    .name = "CastLike",
    .domain = "",
    .since = 15,
    .min_inputs = 2,
    .max_inputs = 2,
    .traits = OP_PASS,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};
