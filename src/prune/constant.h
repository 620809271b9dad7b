#ifndef PRUNE_CONSTANT_H
#define PRUNE_CONSTANT_H

#include "graph/graph.h"

/* Gives input `input` of a node the constant t, whose reference is taken
 * over, also on failure. Other readers of the constant that stands there
 * now keep it: then a new one is added. */
int constant_replace(struct graph *g, int node, int input, struct tensor *t,
                     struct prune_error *err);

/* A new float32 vector of n elements, or NULL. */
struct tensor *constant_vector(int64_t n, struct prune_error *err);

/* The float32 constant behind a node's input, or NULL. */
struct tensor *constant_input(const struct graph *g, const struct node *n,
                              int input);

#endif
