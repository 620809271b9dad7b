#ifndef OPS_AXES_H
#define OPS_AXES_H

#include "graph/op.h"

/* Operators that only put in axes of one position, or take such out. */

/* Finds what output 0's axes are: axis i is input 0's axis map[i], -1: a new
 * one. */
typedef int ops_map_f(int map[static MAX_RANK], int *n_out,
                      const struct graph *g, const struct node *n,
                      struct prune_error *err);

/* Sets output 0's shape, and its integers where input 0's are known. */
int ops_infer_map(struct graph *g, const struct node *n, ops_map_f *find,
                  struct prune_error *err);

/* Ties the axes that stay; the list of axes (input 1) is plain. */
int ops_couple_axes(struct coupling *c, const struct graph *g,
                    const struct node *n, ops_map_f *find,
                    struct prune_error *err);

#endif
