#ifndef GRAPH_CUT_H
#define GRAPH_CUT_H

#include "graph/couple.h"

/* The removal of units from a graph: constants are taken apart by position,
 * then every operator mends what names a size. */

struct cut {
    struct graph *g;    /* being edited; sizes in values are still old */
    const struct coupling *coupling;
    /* removed[group][unit]: 1 when the unit goes. */
    unsigned char *const *removed;
};

/* New size of an axis (the old one for plain axes). */
int64_t cut_extent(const struct cut *c, int value, int axis);
/* Whether position i of the axis stays. */
int cut_keeps(const struct cut *c, int value, int axis, int64_t i);
/* Whether any position of the axis goes. */
int cut_touches(const struct cut *c, int value, int axis);

/* Gives the node's input `input` these integers, in the type and rank that
 * it had (int64 and one axis when it was no constant); a new constant is
 * made when others use the old one too. Pointers to values do not survive. */
int cut_set_ints(struct cut *c, int node, int input, const int64_t *ints,
                 int64_t n, struct prune_error *err);

/* Cuts all constants, calls every node's `cut`, infers shapes anew (inputs
 * stay as they were inferred last) and checks each value against what the
 * coupling promised: a difference is PRUNE_E_FAILED and names the node. g is
 * the graph that was coupled or a clone of it, edited in place; on failure
 * it must be thrown away. */
int cut_apply(struct graph *g, const struct coupling *coupling,
              unsigned char *const *removed, struct prune_error *err);

/* The same removal by masking: every position of a removed unit in every
 * constant is set to zero, but for running variances. Shapes stay. */
int cut_mask(struct graph *g, const struct coupling *coupling,
             unsigned char *const *removed, struct prune_error *err);

#endif
