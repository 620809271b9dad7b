#ifndef ENGINE_INTERP_H
#define ENGINE_INTERP_H

#include "graph/host.h"

/* Runs a graph node by node on whole values: types, shapes and the course
 * itself (If, Loop, Scan) may depend on the data. A node is computed by its
 * operator's `host`; one that has none, or whose host refuses, by its
 * `lower`: a program of that node alone with its inputs as constants, other
 * floating-point types through float32. Slow and always right: the way for
 * what no plan can be made of. */

/* The values of one run; `outer` is the scope of the graph around. */
struct scope {
    const struct graph *graph;
    struct datum **at; /* of each value of the graph; NULL: not there yet */
    const struct scope *outer;
    int fast; /* large layers may use the fast kernels */
};

/* An empty scope for g, which it borrows. */
int scope_open(struct scope *out, const struct graph *g,
               const struct scope *outer, struct prune_error *err);
void scope_close(struct scope *s); /* a zeroed one is fine */
/* Gives back what the values hold; the scope can be used again. */
void scope_clear(struct scope *s);

/* What a value holds: computed, constant, or of the graphs around. Borrowed
 * from the scope; NULL when it is not there. */
int scope_get(struct scope *s, int value, struct datum **out,
              struct prune_error *err);

/* Computes one node from what the scope holds, and puts its outputs there.
 * An input that is not there is PRUNE_E_INPUT. */
int interp_node(struct scope *s, int node, struct prune_error *err);

/* A whole graph. inputs: one per graph input (NULL: absent), borrowed;
 * outputs: new references, one per graph output. */
int interp_graph(const struct graph *g, const struct scope *outer,
                 struct datum *const *inputs, int n_inputs,
                 struct datum **outputs, int n_outputs,
                 struct prune_error *err);

/* 0 when the node's operator, and all of its subgraphs', have a way to be
 * computed; else PRUNE_E_UNSUPPORTED names the first that has none. */
int interp_can_run(const struct node *n, struct prune_error *err);

#endif
