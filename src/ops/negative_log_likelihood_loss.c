#include "base/alloc.h"
#include "ops/losses.h"

static int host(struct host_call *c, struct prune_error *err)
{
    double *scores = NULL;
    struct loss l;
    int e = ops_loss_begin(&l, &scores, c, err);

    if (!e)
        e = ops_loss_give(c, &l, scores, err);
    mem_free(scores);
    return e;
}

const struct op op_negative_log_likelihood_loss = {
    .name = "NegativeLogLikelihoodLoss",
    .domain = "",
    .since = 12,
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = ops_infer_loss,
    .host = host,
};
