#include "graph/convert.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"
#include "ops/twister.h"

/* Inference hands the input on. The mask, if asked for, is all ones; it is
 * of booleans since opset 10. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    enum dtype mask = g->opset < 10 ? x->dtype : DTYPE_BOOL;
    int e = ops_infer_pass(g, n, err);

    return e ? e : ops_out(g, n, 1, &x->shape, mask, err);
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

/* The share of elements that training drops; 0: all are handed on. */
static double ratio_of(const struct host_call *c)
{
    const struct tensor *ratio = host_in(c, 1), *training = host_in(c, 2);
    double r = 0.5;

    if (!training || tensor_numel(training) != 1 || !tensor_int(training, 0))
        return 0;
    if (ratio && convert_can(ratio->dtype) && tensor_numel(ratio) == 1)
        convert_to_f64(&r, ratio, 0, 1);
    return r;
}

static int make_mask(struct host_call *c, const struct tensor *x,
                     double ratio, struct tensor **out,
                     struct prune_error *err)
{
    enum dtype type = c->graph->opset < 10 ? x->dtype : DTYPE_BOOL;
    const double one = 1, none = 0;
    struct tensor *mask;
    struct twister random;
    int e = tensor_new(&mask, type, &x->shape, err);

    if (e)
        return e;
    twister_init(&random, (uint32_t)node_int(c->node, "seed", 0));
    for (int64_t i = 0; i < tensor_numel(x); i++)
        convert_from_f64(mask, i, 1,
                         twister_uniform(&random) < ratio ? &none : &one);
    *out = mask;
    return 0;
}

/* What training keeps is scaled so that the mean stays. */
static int drop(struct host_call *c, const struct tensor *x,
                const struct tensor *mask, double ratio,
                struct prune_error *err)
{
    double scale = ratio < 1 ? 1 / (1 - ratio) : 0, v, m;
    struct tensor *y;
    int e = host_out(c, 0, x->dtype, &x->shape, &y, err);

    for (int64_t i = 0; !e && i < tensor_numel(x); i++) {
        convert_to_f64(&v, x, i, 1);
        convert_to_f64(&m, mask, i, 1);
        v = m != 0 ? v * scale : 0;
        convert_from_f64(y, i, 1, &v);
    }
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    double ratio = ratio_of(c);
    struct tensor *mask = NULL;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "it has %s", dtype_name(x->dtype));
    if (ratio <= 0 && !host_wants(c, 1))
        return ops_host_pass(c, err);
    e = make_mask(c, x, ratio, &mask, err);
    if (e)
        return e;
    e = ratio > 0 ? drop(c, x, mask, ratio, err) : ops_host_pass(c, err);
    if (e || !host_wants(c, 1)) {
        tensor_unref(mask);
        return e;
    }
    return host_set_tensor(c, 1, mask, err);
}

const struct op op_dropout = {
    .name = "Dropout",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 3,
    .traits = OP_PASS,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};
