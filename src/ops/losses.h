#ifndef OPS_LOSSES_H
#define OPS_LOSSES_H

#include "graph/host.h"

/* What the losses by class share: scores [N, C, d...], labels [N, d...],
 * optional weights [C]; each label's number is -weight times its class's
 * score, 0 where the label is to be ignored, and these are summed, averaged
 * by weight, or given one by one. */

op_infer_f ops_infer_loss;

/* Sizes of the scores as [n, classes, d]. */
struct loss {
    int64_t n, classes, d;
};

/* Checks inputs 0 and 1, and gives the scores as fresh doubles. */
int ops_loss_begin(struct loss *l, double **scores, struct host_call *c,
                   struct prune_error *err);

/* Output 0 from logarithms of probabilities. */
int ops_loss_give(struct host_call *c, const struct loss *l,
                  const double *scores, struct prune_error *err);

#endif
