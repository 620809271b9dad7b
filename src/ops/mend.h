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
 * number (-1) the part of the list that names the size is changed where it
 * is joined. */
int ops_mend_sizes(struct cut *c, int node, int i, int64_t copy,
                   struct prune_error *err);

/* Where entry k of the list of sizes that is the node's input i is written
 * down: the list itself or, for one that a Concat joins for this node alone,
 * the part that the entry is in. 0 when it is computed. */
struct size_home {
    int node, input; /* whose input holds the list or the part */
    int64_t at;      /* the entry's place in it */
};
int ops_size_home(struct size_home *out, const struct graph *g, int node,
                  int i, int64_t k);

#endif
