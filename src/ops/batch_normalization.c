#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/normal.h"
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

/* --- any type, any statistics ------------------------------------------- */

/* x [N,C,S]; vectors of C, one piece of memory. */
struct batch {
    int64_t images, channels, space;
    double *scale, *bias, *mean, *variance, *old_mean, *old_variance;
    int training;
};

/* Before opset 14 it is the further outputs that ask for training. */
static int is_training(const struct host_call *c)
{
    int used = 0;
    if (c->graph->opset >= 14)
        return node_int(c->node, "training_mode", 0) != 0;
    for (int i = 1; i < c->node->n_outputs; i++)
        used |= c->node->outputs[i] >= 0 &&
                graph_n_uses(c->graph, c->node->outputs[i]) > 0;
    return used;
}

static int read_batch(struct batch *b, const struct host_call *c,
                      const struct tensor *x, struct prune_error *err)
{
    int64_t n = x->shape.rank < 2 ? 0 : x->shape.dims[1];
    if (n < 1 || !node_int(c->node, "spatial", 1))
        return host_refuse(c, err, "only over channels is done");
    b->channels = n;
    b->images = x->shape.dims[0];
    b->space = shape_span(&x->shape, 2, x->shape.rank);
    b->training = is_training(c);
    b->scale = mem_calloc((size_t)n, 6 * sizeof *b->scale);
    if (!b->scale)
        return err_memory(err, "a normalisation");
    b->bias = b->scale + n;
    b->mean = b->bias + n;
    b->variance = b->mean + n;
    b->old_mean = b->variance + n;
    b->old_variance = b->old_mean + n;
    double *at[] = {b->scale, b->bias, b->old_mean, b->old_variance};
    int e = 0;
    for (int i = 0; !e && i < 4; i++)
        e = ops_vector(at[i], n, c, i + 1, 0.0, err);
    return e;
}

/* The statistics to go by: the batch's own, or what was given. */
static int find_moments(struct batch *b, const struct tensor *x,
                        struct prune_error *err)
{
    double *row = mem_calloc((size_t)b->space, sizeof *row);
    double many = (double)b->images * (double)b->space;
    if (!row)
        return err_memory(err, "a normalisation");
    for (int64_t c = 0; c < b->channels; c++) {
        double sum = 0.0, squares = 0.0;
        for (int pass = 0; pass < 2 && b->training && many > 0.0; pass++)
            for (int64_t i = 0; i < b->images; i++) {
                convert_to_f64(row, x, (i * b->channels + c) * b->space,
                               b->space);
                for (int64_t s = 0; s < b->space; s++) {
                    double off = row[s] - sum / many;
                    if (pass == 1)
                        squares += off * off;
                }
                for (int64_t s = 0; s < b->space && pass == 0; s++)
                    sum += row[s];
            }
        b->mean[c] = b->training ? sum / many : b->old_mean[c];
        b->variance[c] = b->training ? squares / many : b->old_variance[c];
    }
    mem_free(row);
    return 0;
}

static int normalise(const struct batch *b, const struct tensor *x,
                     struct tensor *y, double epsilon,
                     struct prune_error *err)
{
    double *row = mem_calloc((size_t)b->space, sizeof *row);
    if (!row)
        return err_memory(err, "a normalisation");
    for (int64_t i = 0; i < b->images * b->channels; i++) {
        int64_t c = i % b->channels;
        double factor = b->scale[c] / sqrt(b->variance[c] + epsilon);
        convert_to_f64(row, x, i * b->space, b->space);
        for (int64_t s = 0; s < b->space; s++)
            row[s] = (row[s] - b->mean[c]) * factor + b->bias[c];
        convert_from_f64(y, i * b->space, b->space, row);
    }
    mem_free(row);
    return 0;
}

/* Outputs 1 and 2: running statistics; 3 and 4: the batch's own. */
static int give_moments(const struct batch *b, struct host_call *c,
                        struct prune_error *err)
{
    double keep = (double)node_float(c->node, "momentum", 0.9F), v;
    int e = 0;
    for (int i = 1; !e && i < c->node->n_outputs && i < 5; i++) {
        const double *now = i % 2 ? b->mean : b->variance;
        const double *old = i % 2 ? b->old_mean : b->old_variance;
        const struct tensor *like = host_in(c, i < 3 ? i + 2 : i);
        struct tensor *t = NULL;
        if (!host_wants(c, i))
            continue;
        e = host_out(c, i, like->dtype, &like->shape, &t, err);
        for (int64_t k = 0; !e && k < b->channels; k++) {
            v = i < 3 && b->training ? old[k] * keep + now[k] * (1.0 - keep)
                                     : now[k];
            convert_from_f64(t, k, 1, &v);
        }
    }
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y = NULL;
    struct batch b = {0};
    double epsilon = (double)node_float(c->node, "epsilon", 1e-5F);
    int e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    (void)(e || (e = read_batch(&b, c, x, err)) ||
           (e = find_moments(&b, x, err)) ||
           (e = host_out(c, 0, x->dtype, &x->shape, &y, err)) ||
           (e = normalise(&b, x, y, epsilon, err)) ||
           (e = give_moments(&b, c, err)));
    mem_free(b.scale);
    return e;
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
    .host = host,
};
