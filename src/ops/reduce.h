#ifndef OPS_REDUCE_H
#define OPS_REDUCE_H

#include "graph/op.h"
#include "ops/lowering.h"

/* What the reductions share. The axes are an attribute or, since opset 18
 * (13 for ReduceSum), input 1; without any, all axes are meant unless
 * noop_with_empty_axes says none. */

op_infer_f ops_infer_reduce;

int ops_couple_reduce(struct coupling *c, const struct graph *g,
                      const struct node *n, const char *reason,
                      struct prune_error *err);
int ops_lower_reduce(struct lowering *l, const struct graph *g,
                     const struct node *n, enum reduce f,
                     struct prune_error *err);

#endif
