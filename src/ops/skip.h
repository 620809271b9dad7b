#ifndef OPS_SKIP_H
#define OPS_SKIP_H

#include "graph/op.h"
#include "ops/lowering.h"

/* The sum of a layer's input, its output and, at times, a bias, which is
 * then normalised: SkipLayerNormalization and its simplified sister. Output
 * 3 is the sum. */

op_infer_f ops_infer_skip;
op_couple_f ops_couple_skip;

/* The sum's slot; `bias` is the number of that input. */
int ops_lower_skip(struct lowering *l, const struct graph *g,
                   const struct node *n, int bias, struct prune_error *err);

#endif
