#ifndef PRUNE_DIRAC_H
#define PRUNE_DIRAC_H

#include "graph/graph.h"

/* Constants that make a layer do nothing: the identity, or zero. */

/* Whether a linear node could be the identity, as far as its attributes and
 * its weight's shape go: a convolution of stride 1 that keeps channels and
 * sizes, a Gemm or MatMul by a square constant. */
int dirac_fits(const struct graph *g, const struct node *n);

/* The weight that makes such a node the identity. */
int dirac_new(struct tensor **out, const struct graph *g,
              const struct node *n, struct prune_error *err);

/* Makes such a node the identity: that weight, and no bias. */
int dirac_set(struct graph *g, int node, struct prune_error *err);

/* Makes a linear node's outputs zero. */
int dirac_zero(struct graph *g, int node, struct prune_error *err);

/* Makes a BatchNormalization hand its input on, or answer zero. */
int norm_neutral(struct graph *g, int node, struct prune_error *err);
int norm_zero(struct graph *g, int node, struct prune_error *err);

/* (mean |a - b|^power)^(1/power); b may be NULL for zero. */
double dirac_distance(const struct tensor *a, const struct tensor *b,
                      int power);

#endif
