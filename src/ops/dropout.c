#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* Inference hands the input on. The mask, if asked for, is all ones. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    int e = ops_infer_pass(g, n, err);

    return e ? e
             : ops_out(g, n, 1, &node_in(g, n, 0)->shape, DTYPE_BOOL, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int e;

    for (int i = 1; i < n->n_inputs; i++) /* ratio, training_mode */
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    e = ops_couple_pass(c, g, n, err);
    if (!e && node_out(g, n, 1)) /* the mask has the same axes */
        e = ops_tie_others(c, g, n, 0, 1, -1, err);
    return e;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct tensor *training =
        n->n_inputs > 2 && n->inputs[2] >= 0 ? value_constant(g, n->inputs[2])
                                             : NULL;

    if (node_in(g, n, 2) && !training)
        return lower_refuse(n, err, "its training mode is computed");
    if (training && tensor_int(training, 0))
        return lower_refuse(n, err, "it is in training mode");
    if (node_out(g, n, 1) && graph_n_uses(g, n->outputs[1]))
        return lower_refuse(n, err, "its mask is used");
    return ops_lower_view(l, g, n, err);
}

const struct op op_dropout = {
    .name = "Dropout",
    .domain = "",
    .since = 7,
    .min_inputs = 1,
    .max_inputs = 3,
    .traits = OP_PASS,
    .infer = infer,
    .couple = couple,
    .lower = lower,
};
