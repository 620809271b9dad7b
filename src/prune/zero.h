#ifndef PRUNE_ZERO_H
#define PRUNE_ZERO_H

#include "graph/graph.h"
#include "prune/settings.h"

/* Sets single weights to zero: exactly as many as bring the share of zeros
 * among all prunable weights to s->amount, those that are zero already
 * included. `global` ranks all weights together by the criterion's scores;
 * otherwise every tensor gives the same share. Ties go by tensor and index.
 * One weight of each tensor stays; what the target asks beyond that, or
 * beyond what s->exclude leaves, is not done. */
int zero_weights(struct graph *g, const struct settings *s, int global,
                 struct prune_error *err);

#endif
