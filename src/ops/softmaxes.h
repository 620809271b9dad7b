#ifndef OPS_SOFTMAXES_H
#define OPS_SOFTMAXES_H

#include "graph/op.h"
#include "ops/lowering.h"

/* Softmax and its logarithm. Since opset 13 along one axis (the last unless
 * told); before, over all axes from `axis` (1 unless told) on as if they
 * were one. */

op_infer_f ops_infer_softmax;
op_couple_f ops_couple_softmax;
int ops_lower_softmax(struct lowering *l, const struct graph *g,
                      const struct node *n, int is_log,
                      struct prune_error *err);

#endif
