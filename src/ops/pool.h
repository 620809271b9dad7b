#ifndef OPS_POOL_H
#define OPS_POOL_H

#include "graph/op.h"
#include "ops/lowering.h"

/* What the pools share: windows as told by attributes, or one window over
 * all of the spatial axes. */

op_infer_f ops_infer_pool, ops_infer_global_pool;

/* MaxPool of any type of number, with indices. */
op_host_f ops_host_max_pool;
/* LpPool and GlobalLpPool. */
op_host_f ops_host_lp_pool, ops_host_global_lp_pool;

int ops_lower_pool(struct lowering *l, const struct graph *g,
                   const struct node *n, enum pool_mode mode,
                   struct prune_error *err);
int ops_lower_global_pool(struct lowering *l, const struct graph *g,
                          const struct node *n, enum pool_mode mode,
                          struct prune_error *err);

#endif
