#include "graph/convert.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* Another element type. A cast to one that cannot be held here is no reason
 * to refuse the model; LAST is the greatest that ONNX numbers. */
enum { LAST = 26 };

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    enum dtype to = (enum dtype)node_int(n, "to", 0);

    if (to <= DTYPE_NONE || (int)to > LAST)
        return ops_bad(n, err, "it casts to type %lld",
                       (long long)node_int(n, "to", 0));
    return ops_out(g, n, 0, &x->shape, to, err);
}

/* Numbers made of channels would change with them. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    if (dtype_is_float(node_in(g, n, 0)->dtype) &&
        !dtype_is_float(node_out(g, n, 0)->dtype)) {
        int e = couple_through(c, g, n, err);
        return e ? e
                 : couple_freeze_all(c, n->inputs[0], n, "casts to integers",
                                     err);
    }
    return ops_couple_pass(c, g, n, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    if (node_in(g, n, 0)->dtype != node_out(g, n, 0)->dtype)
        return lower_refuse(n, err, "casts %s to %s",
                            dtype_name(node_in(g, n, 0)->dtype),
                            dtype_name(node_out(g, n, 0)->dtype));
    return ops_lower_view(l, g, n, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    enum dtype to = (enum dtype)node_int(c->node, "to", 0);
    struct tensor *y;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (x->dtype == to)
        return ops_host_pass(c, err);
    e = convert_tensor(&y, c->in[0]->tensor, to, err);
    return e ? e : host_set_tensor(c, 0, y, err);
}

const struct op op_cast = {
    .name = "Cast",
    .domain = "",
    .since = 6,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_PASS,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};
