#ifndef OPS_MEND_H
#define OPS_MEND_H

#include "graph/cut.h"
#include "ops/ints.h"

/* What operators' cut has in common; see graph/cut.h. */

/* Makes input i of the node these integers: its constant is changed, or a
 * new one takes the place of what was computed or absent. */
int ops_mend_input(struct cut *c, int node, int i, const struct ints *v,
                   struct prune_error *err);

/* The attribute of that name where the node has it, else input i. */
int ops_mend_list(struct cut *c, int node, const char *attr, int i,
                  const struct ints *v, struct prune_error *err);

/* How many of positions [from, to) of an axis stay. */
int64_t ops_kept(const struct cut *c, int value, int axis, int64_t from,
                 int64_t to);

/* Puts the new sizes of output 0's cut axes into the list of sizes that is
 * input i (Reshape, Expand, ConstantOfShape). What the list says of other
 * axes, and -1, stay as they are. A list that was computed is replaced by
 * one in which `copy` (Reshape 0, Expand 1) stands for axes that are the
 * input's own, as it would hold today's batch otherwise; without such a
 * number (-1) it is left to compute itself anew. */
int ops_mend_sizes(struct cut *c, int node, int i, int64_t copy,
                   struct prune_error *err);

#endif
