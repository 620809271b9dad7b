#ifndef ENGINE_INTERP_H
#define ENGINE_INTERP_H

#include "graph/host.h"

/* Runs a graph node by node on whole values: types, shapes and the course
 * itself (If, Loop, Scan) may depend on the data. A node is computed by its
 * operator's `host`; one that has none, or whose host refuses, by its
 * `lower`: a program of that node alone with its inputs as constants, in
 * plain C, other floating-point types through float32. Slow and always
 * right: the way for what no plan can be made of. */

/* The values of one run; `outer` is the scope of the graph around. */
struct scope {
    const struct graph *graph;
    struct datum **at; /* of each value of the graph; NULL: not there yet */
    const struct scope *outer;
};

/* Computes one node from what the scope holds, and puts its outputs there. */
int interp_node(struct scope *s, int node, struct prune_error *err);

/* A whole graph. inputs: one per graph input (NULL: absent), borrowed;
 * outputs: new references, one per graph output. */
int interp_graph(const struct graph *g, const struct scope *outer,
                 struct datum *const *inputs, int n_inputs,
                 struct datum **outputs, int n_outputs,
                 struct prune_error *err);

#endif
