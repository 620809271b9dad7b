#ifndef OPS_AXES_H
#define OPS_AXES_H

#include "graph/host.h"
#include "ops/ints.h"

/* Operators that only put in axes of one position, or take such out. The
 * list of axes is an attribute before opset 13, input 1 since. */

/* Finds what output 0's axes are: axis i is input 0's axis map[i], -1: a new
 * one. x is input 0's shape, axes the list, NULL when there is none. */
typedef int ops_map_f(int map[static MAX_RANK], int *n_out,
                      const struct node *n, const struct shape *x,
                      const struct ints *axes, struct prune_error *err);

/* Sets output 0's shape. */
int ops_infer_map(struct graph *g, const struct node *n, ops_map_f *find,
                  struct prune_error *err);

/* Ties the axes that stay; the list of axes (input 1) is plain. */
int ops_couple_axes(struct coupling *c, const struct graph *g,
                    const struct node *n, ops_map_f *find,
                    struct prune_error *err);

/* Output 0 is input 0 under its new shape. */
int ops_host_axes(struct host_call *c, ops_map_f *find,
                  struct prune_error *err);

#endif
