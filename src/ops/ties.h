#ifndef OPS_TIES_H
#define OPS_TIES_H

#include "graph/couple.h"
#include "graph/op.h"

/* What operators' coupling has in common; see graph/couple.h. */

/* Ties an input's axis to one of a fresh output: a plain axis makes the
 * other plain. */
int ops_tie(struct coupling *c, int in, int axis_in, int out, int axis_out,
            struct prune_error *err);

/* Says what an axis of input i is to the node; an absent input is fine. */
int ops_role(struct coupling *c, const struct node *n, int i, int axis,
             enum role role, struct prune_error *err);

/* Ties a vector's only axis (bias, scale …) of input i, if present, to an
 * axis of `value`, as a rider. */
int ops_rider(struct coupling *c, const struct graph *g, const struct node *n,
              int i, int value, int axis, enum role role,
              struct prune_error *err);

/* Freezes an axis of input 0 and, when it has it, output 0, unless plain. */
int ops_freeze_live(struct coupling *c, const struct graph *g,
                    const struct node *n, int axis, const char *reason,
                    struct prune_error *err);

/* Output 0's axis i is input 0's axis map[i]; -1: a new one, plain. */
int ops_couple_map(struct coupling *c, const struct graph *g,
                   const struct node *n, const int *map,
                   struct prune_error *err);

/* Ties every axis but one, where the operator moves positions about, of
 * input i to output o. The first such call makes plain axes plain. */
int ops_tie_others(struct coupling *c, const struct graph *g,
                   const struct node *n, int i, int o, int but,
                   struct prune_error *err);

/* Sizes, indices, masks: inputs that hold no floats and all outputs are
 * plain. For nodes that handle shapes. */
op_couple_f ops_couple_plain;

/* All axes of all floats are frozen; integers are plain. */
int ops_couple_frozen(struct coupling *c, const struct graph *g,
                      const struct node *n, const char *reason,
                      struct prune_error *err);

/* The same for "moves channels about". */
op_couple_f ops_couple_moved;

/* Whether output 0 is of integers; then all is plain, and done. */
int ops_couple_ints(struct coupling *c, const struct graph *g,
                    const struct node *n);

/* Element by element, one float input; integers are plain. */
op_couple_f ops_couple_pass;

/* numpy broadcasting; float constants among the inputs ride along. */
op_couple_f ops_couple_broadcast;

/* A pool: channels through, batch and space plain. */
op_couple_f ops_couple_pool;

/* The same elements under another shape (Reshape, Flatten): axes are
 * matched in runs of equal size; merged axes tie one channel to a whole run
 * of positions. */
op_couple_f ops_couple_regroup;

/* Batch (axis 0) and space (2 …) of an image-like value are plain. */
void ops_plain_image(struct coupling *c, const struct graph *g, int value);

#endif
