#include <math.h>

#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* out = (x - mean) / sqrt(var + epsilon) * scale + bias along axis 1, with
 * the statistics that training left: inputs x, scale, bias, mean, var. */

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    char text[96];

    if (x->rank < 2)
        return ops_bad(n, err, "an input of %d axes has no channels", x->rank);
    for (int i = 1; i < 5; i++) {
        const struct value *v = node_in(g, n, i);
        if (!v || v->shape.rank != 1 || v->shape.dims[0] != x->dims[1])
            return ops_bad(n, err, "input %d is %s for %lld channels", i,
                           v ? shape_text(&v->shape, text) : "missing",
                           (long long)x->dims[1]);
    }
    for (int i = 1; i < n->n_outputs && i < 5; i++) {
        const struct value *v = node_in(g, n, i < 3 ? i + 2 : i);
        int e = ops_out(g, n, i, &v->shape, v->dtype, err);
        if (e)
            return e;
    }
    return ops_out(g, n, 0, x, node_in(g, n, 0)->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const enum role variance = (enum role)(ROLE_SIDE | ROLE_VARIANCE);
    int e = 0;

    ops_plain_image(c, g, n->inputs[0]);
    for (int k = 0; !e && k < node_in(g, n, 0)->shape.rank; k++)
        e = ops_tie(c, n->inputs[0], k, n->outputs[0], k, err);
    for (int i = 1; !e && i < 5; i++)
        e = ops_rider(c, g, n, i, n->inputs[0], 1,
                      i == 4 ? variance : ROLE_SIDE, err);
    for (int i = 1; !e && i < n->n_outputs && i < 5; i++)
        if (node_out(g, n, i)) /* statistics, of older versions too */
            e = couple_same(c, n->inputs[0], 1, n->outputs[i], 0, err);
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    (void)g;
    (void)n;
    out->learned = 0x1e;
}

/* scale' = scale / sqrt(var + epsilon), shift = bias - mean scale'. */
static int fold(struct tensor **scale, struct tensor **shift,
                const struct graph *g, const struct node *n,
                struct prune_error *err)
{
    const struct tensor *of[5];
    double epsilon = (double)node_float(n, "epsilon", 1e-5f);
    int e;

    *scale = *shift = NULL;
    for (int i = 1; i < 5; i++)
        if (!(of[i] = ops_f32(g, n, i)))
            return lower_refuse(n, err, "input %d is not constant", i);
    (void)((e = tensor_new(scale, DTYPE_F32, &of[1]->shape, err)) ||
           (e = tensor_new(shift, DTYPE_F32, &of[1]->shape, err)));
    for (int64_t i = 0; !e && i < tensor_numel(of[1]); i++) {
        double factor = (double)tensor_f32(of[1])[i] /
                        sqrt((double)tensor_f32(of[4])[i] + epsilon);
        tensor_f32(*scale)[i] = (float)factor;
        tensor_f32(*shift)[i] =
            (float)((double)tensor_f32(of[2])[i] -
                    (double)tensor_f32(of[3])[i] * factor);
    }
    if (e) {
        tensor_unref(*scale);
        *scale = NULL;
    }
    return e;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct tensor *scale, *shift;
    int in[3];
    int e;

    if (node_int(n, "training_mode", 0) || !node_int(n, "spatial", 1))
        return lower_refuse(n, err, "only inference over channels is done");
    for (int i = 1; i < n->n_outputs; i++)
        if (node_out(g, n, i) && graph_n_uses(g, n->outputs[i]))
            return lower_refuse(n, err, "its batch statistics are used");
    e = fold(&scale, &shift, g, n, err);
    if (e)
        return e;
    in[0] = lower_in(l, n, 0);
    in[1] = lower_constant(l, scale, err);
    in[2] = lower_constant(l, shift, err);
    for (int i = 0; i < 3; i++)
        if (in[i] < 0)
            return in[i];
    return lower_add(l, n, (struct prim){.kind = &prim_affine}, in, 3,
                     lower_out(l, n, 0), err);
}

const struct op op_batch_normalization = {
    .name = "BatchNormalization",
    .domain = "",
    .since = 1,
    .min_inputs = 5,
    .max_inputs = 5,
    .traits = OP_NORM,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .lower = lower,
};
