#ifndef OPS_AXES_H
#define OPS_AXES_H

#include "graph/op.h"

/* Operators that only put in axes of one position, or take such out. */

/* Output 0's axis i is input 0's axis map[i], -1: a new one of size 1. Sets
 * its shape, and its integers where input 0's are known. */
int ops_infer_map(struct graph *g, const struct node *n, const int *map,
                  int n_out, struct prune_error *err);

#endif
