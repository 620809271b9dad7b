#include <math.h>

#include "base/alloc.h"
#include "ops/floats.h"
#include "ops/infer.h"
#include "ops/normal.h"
#include "ops/ties.h"

/* x [N,C,...]: y = x / (bias + alpha / size * squares) ^ beta, with the sum
 * of squares over `size` neighbouring channels. */

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int e = ops_couple_pool(c, g, n, err);
    return e ? e : ops_freeze_live(c, g, n, 1, "weighs neighbouring channels "
                                   "against each other", err);
}

struct lrn {
    int64_t channels, space, before, after;
    float alpha, beta, bias; /* alpha: divided by the size */
    float *sum; /* space */
};

/* One channel of one image, which begins at x. */
static void run(const struct lrn *k, const float *x, int64_t channel,
                float *y)
{
    int64_t from = channel - k->before, to = channel + k->after;
    float *sum = k->sum;
    for (int64_t s = 0; s < k->space; s++)
        sum[s] = 0.0F;
    for (int64_t c = from < 0 ? 0 : from; c <= to && c < k->channels; c++)
        for (int64_t s = 0; s < k->space; s++)
            sum[s] += x[c * k->space + s] * x[c * k->space + s];
    for (int64_t s = 0; s < k->space; s++)
        y[s] = x[channel * k->space + s] *
               powf(k->bias + k->alpha * sum[s], -k->beta);
}

static int read_attributes(struct lrn *k, const struct host_call *c,
                           const struct shape *x, struct prune_error *err)
{
    int64_t size = node_int(c->node, "size", 0);
    if (size < 1 || x->rank < 2)
        return host_bad(c, err, "size %lld for an input of %d axes",
                        (long long)size, x->rank);
    k->channels = x->dims[1];
    k->space = shape_span(x, 2, x->rank);
    k->before = (size - 1) / 2;
    k->after = size - 1 - k->before;
    if (k->after > k->channels) /* further ones are not there */
        k->before = k->after = k->channels;
    k->alpha = node_float(c->node, "alpha", 1e-4F) / (float)size;
    k->beta = node_float(c->node, "beta", 0.75F);
    k->bias = node_float(c->node, "bias", 1.0F);
    k->sum = mem_calloc((size_t)k->space, sizeof *k->sum);
    return k->sum ? 0 : err_memory(err, "a normalisation");
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *in = host_need(c, 0, err);
    struct tensor *x = NULL, *y = NULL;
    struct lrn k = {0};
    int e = in ? ops_need_float(c, in, err) : PRUNE_E_INPUT;
    (void)(e || (e = read_attributes(&k, c, &in->shape, err)) ||
           (e = ops_floats_of(&x, c, in, err)) ||
           (e = ops_floats_out(&y, c, 0, in->dtype, &in->shape, err)));
    for (int64_t i = 0; !e && i < in->shape.dims[0] * k.channels; i++)
        run(&k, tensor_f32(x) + i / k.channels * k.channels * k.space,
            i % k.channels, tensor_f32(y) + i * k.space);
    tensor_unref(x);
    mem_free(k.sum);
    if (!e)
        return ops_floats_give(c, 0, y, in->dtype, err);
    tensor_unref(y);
    return e;
}

const struct op op_lrn = {
    .name = "LRN",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_channels,
    .couple = couple,
    .host = host,
};
