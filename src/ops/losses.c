#include "ops/losses.h"

#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/normal.h"

enum reduction { EACH, SUM, MEAN };

static enum reduction reduction(const struct node *n)
{
    const char *text = node_text(n, "reduction", "mean");

    return strcmp(text, "none") == 0 ? EACH
           : strcmp(text, "sum") == 0 ? SUM
                                      : MEAN;
}

int ops_infer_loss(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape one = {.rank = 0};
    int e = ops_out(g, n, 0,
                    reduction(n) == EACH ? &node_in(g, n, 1)->shape : &one,
                    x->dtype, err);

    return e ? e : ops_out(g, n, 1, &x->shape, x->dtype, err);
}

static int fits(const struct shape *scores, const struct shape *labels)
{
    if (scores->rank < 2 || labels->rank != scores->rank - 1 ||
        labels->dims[0] != scores->dims[0])
        return 0;
    for (int i = 1; i < labels->rank; i++)
        if (labels->dims[i] != scores->dims[i + 1])
            return 0;
    return 1;
}

int ops_loss_begin(struct loss *l, double **scores, struct host_call *c,
                   struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct tensor *labels = x ? host_need(c, 1, err) : NULL;
    double *made;
    int e;

    if (!labels)
        return PRUNE_E_INPUT;
    e = ops_need_float(c, x, err);
    if (e)
        return e;
    if (!fits(&x->shape, &labels->shape))
        return host_bad(c, err, "scores and labels do not fit");
    made = mem_calloc((size_t)tensor_numel(x), sizeof *made);
    if (!made)
        return err_memory(err, "a loss");
    convert_to_f64(made, x, 0, tensor_numel(x));
    *l = (struct loss){x->shape.dims[0], x->shape.dims[1],
                       shape_span(&x->shape, 2, x->shape.rank)};
    *scores = made;
    return 0;
}

/* Each label's loss and weight. */
static int each(struct host_call *c, const struct loss *l,
                const double *scores, const double *weights, double *loss,
                double *weight, struct prune_error *err)
{
    const struct attr *ignore = node_attr(c->node, "ignore_index");
    const struct tensor *labels = host_in(c, 1);

    for (int64_t i = 0; i < l->n * l->d; i++) {
        int64_t label = tensor_int(labels, i);
        loss[i] = weight[i] = 0.0;
        if (ignore && label == ignore->i)
            continue;
        if (label < 0 || label >= l->classes)
            return host_bad(c, err, "label %lld of %lld classes",
                            (long long)label, (long long)l->classes);
        weight[i] = weights[label];
        loss[i] = -weight[i] *
                  scores[(i / l->d * l->classes + label) * l->d + i % l->d];
    }
    return 0;
}

static int give(struct host_call *c, const struct loss *l,
                const double *loss, const double *weight,
                struct prune_error *err)
{
    enum reduction how = reduction(c->node);
    struct shape shape = {.rank = 0};
    double sum = 0.0, whole = 0.0;
    struct tensor *out;
    int e;

    if (how == EACH)
        shape = host_in(c, 1)->shape;
    e = host_out(c, 0, host_in(c, 0)->dtype, &shape, &out, err);
    if (e)
        return e;
    if (how == EACH) {
        convert_from_f64(out, 0, l->n * l->d, loss);
        return 0;
    }
    for (int64_t i = 0; i < l->n * l->d; i++) {
        sum += loss[i];
        whole += weight[i];
    }
    if (how == MEAN)
        sum /= whole;
    convert_from_f64(out, 0, 1, &sum);
    return 0;
}

int ops_loss_give(struct host_call *c, const struct loss *l,
                  const double *scores, struct prune_error *err)
{
    size_t n = (size_t)(l->n * l->d);
    double *loss = mem_calloc(n, sizeof *loss);
    double *weight = mem_calloc(n, sizeof *weight);
    double *weights = mem_calloc((size_t)l->classes, sizeof *weights);
    int e = 0;

    if (!loss || !weight || !weights)
        e = err_memory(err, "a loss");
    if (!e)
        e = ops_vector(weights, l->classes, c, 2, 1.0, err);
    if (!e)
        e = each(c, l, scores, weights, loss, weight, err);
    if (!e)
        e = give(c, l, loss, weight, err);
    mem_free(weights);
    mem_free(weight);
    mem_free(loss);
    return e;
}
