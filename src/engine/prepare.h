#ifndef ENGINE_PREPARE_H
#define ENGINE_PREPARE_H

#include "graph/graph.h"

/* A clone of the graph, made ready for running; the file's graph is never
 * changed. What is computed from constants alone becomes a constant. Values
 * and nodes keep their indices. */
int prepare_graph(struct graph **out, const struct graph *g,
                  struct prune_error *err);

#endif
