#ifndef OPS_RECURRENT_LOWER_H
#define OPS_RECURRENT_LOWER_H

#include "ops/lowering.h"
#include "ops/recurrent.h"

/* Refuses what the engine has no primitive for: lengths, peepholes, a clip,
 * activations other than the usual ones, layout 1. */
int ops_lower_recurrent(struct lowering *l, const struct graph *g,
                        const struct node *n, const struct cell_kind *kind,
                        struct prune_error *err);

#endif
