#ifndef OPS_RESAMPLE_H
#define OPS_RESAMPLE_H

#include "graph/op.h"
#include "ops/lowering.h"

/* What Resize and Upsample share: a new size for each axis, told as such
 * (input `sizes`) or as factors (input `scales`, or an attribute). */

/* Sets output 0's shape; PRUNE_E_UNSUPPORTED when it depends on the data.
 * An input index of -1: there is none of the kind. */
int ops_infer_resample(struct graph *g, struct node *n, int scales, int sizes,
                       struct prune_error *err);

/* The kernel, for any mode: indices of the inputs, -1 where there is none
 * of the kind. */
int ops_host_resample(struct host_call *c, int scales, int sizes, int roi,
                      struct prune_error *err);

/* Batch and space plain, channels through unless resized. */
op_couple_f ops_couple_resample;

/* Repeats every position of the spatial axes a whole number of times, or
 * refuses. */
op_lower_f ops_lower_repeat;

#endif
