#ifndef PRUNE_BYPASS_H
#define PRUNE_BYPASS_H

#include "graph/graph.h"

/* Layers that a network can be asked to do without: every use of the value
 * `from` becomes one of the value `to`, of the same shape, and what then
 * reaches no output goes.
 *
 * A residual branch: from = Add(to, branch(to)). Masked, the branch's last
 * weights are zero.
 * A layer: from = [activation of] [norm of] linear(to). Masked, its weights
 * are those of the identity and its norm is neutral; so the activation must
 * be one that does nothing to `to`, which it has made itself. */
struct bypass {
    int from, to; /* values */
    int linear;   /* node: the layer, or the branch's last linear; or -1 */
    int norm;     /* node: its normalisation, or -1 */
    int node;     /* node that it is named by */
    int is_branch;
};

/* All that g has, in topological order. `out` is the caller's (mem_free). */
int bypass_find(struct bypass **out, int *n, const struct graph *g,
                struct prune_error *err);

/* Takes the bypass that makes g do without `from`; *done is 0, and nothing
 * happens, when g has none (any more). */
int bypass_apply(struct graph *g, int from, int *done,
                 struct prune_error *err);

/* Masks it in a graph where nothing was removed: `b` was found in a graph
 * made from `masked` by removal, so that its values are the same. */
int bypass_mask(struct graph *masked, const struct graph *g,
                const struct bypass *b, struct prune_error *err);

/* How much its masked constants matter, without data: the root of their mean
 * square (power 2) or mean absolute value (power 1), of a branch's last
 * scale or weights, or of a layer's difference from the identity. */
double bypass_norm(const struct graph *g, const struct bypass *b, int power,
                   struct prune_error *err);

#endif
