#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/losses.h"

/* One column of scores, `step` apart, becomes logarithms of probabilities. */
static void log_softmax(double *x, int64_t n, int64_t step)
{
    double most = -INFINITY, sum = 0.0;

    for (int64_t i = 0; i < n; i++)
        most = fmax(most, x[i * step]);
    for (int64_t i = 0; i < n; i++)
        sum += exp(x[i * step] - most);
    for (int64_t i = 0; i < n; i++)
        x[i * step] -= most + log(sum);
}

static int host(struct host_call *c, struct prune_error *err)
{
    double *scores = NULL;
    struct tensor *out;
    struct loss l;
    int e = ops_loss_begin(&l, &scores, c, err);

    if (e)
        return e;
    for (int64_t i = 0; i < l.n * l.d; i++)
        log_softmax(scores + i / l.d * l.classes * l.d + i % l.d, l.classes,
                    l.d);
    e = ops_loss_give(c, &l, scores, err);
    if (!e && host_wants(c, 1)) {
        const struct tensor *x = host_in(c, 0);
        e = host_out(c, 1, x->dtype, &x->shape, &out, err);
        if (!e)
            convert_from_f64(out, 0, tensor_numel(x), scores);
    }
    mem_free(scores);
    return e;
}

const struct op op_softmax_cross_entropy_loss = {
    .name = "SoftmaxCrossEntropyLoss",
    .domain = "",
    .since = 12,
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = ops_infer_loss,
    .host = host,
};
