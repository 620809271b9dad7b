#ifndef GRAPH_COSTS_H
#define GRAPH_COSTS_H

#include "graph/graph.h"

/* What a network weighs, counted in one place. Shapes must have been
 * inferred.
 *
 * parameters: elements of all floating-point constants with a learned role
 *     (weights, biases, normalisation scale, shift, running statistics)
 * prunable: of these the weights that pruning counts in (not biases, not
 *     normalisation): the denominator of every `sparsity`
 * macs: multiply-accumulates of one sample, dense; zeros do not lower them
 *
 * A tensor that several nodes share counts once, at the first of them. */
struct node_cost {
    int64_t parameters, nonzeros;
    int64_t prunable, prunable_nonzeros;
    int64_t macs;
};

struct graph_costs {
    struct node_cost total;
    int n_nodes;
    struct node_cost *nodes; /* in the graph's order */
};

int graph_costs(struct graph_costs *out, const struct graph *g,
                struct prune_error *err);
void graph_costs_done(struct graph_costs *c); /* a zeroed one is fine */

/* Prunable parameters of the whole graph; negative: a PRUNE_E_* code. */
int64_t cost_prunable(const struct graph *g, struct prune_error *err);

/* One prunable weight: the value that holds its constant, and the first node
 * that reads it. */
struct weight_site {
    int value, node;
};

/* All prunable weights, each once, in topological order of their first
 * readers. `out` is the caller's (mem_free). */
int cost_weights(struct weight_site **out, int *n, const struct graph *g,
                 struct prune_error *err);

#endif
