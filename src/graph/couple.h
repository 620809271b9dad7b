#ifndef GRAPH_COUPLE_H
#define GRAPH_COUPLE_H

#include "graph/graph.h"

/* Which positions along which axes must be kept or removed together.
 *
 * The unit of thought is a position: index i along axis a of value v. An
 * operator unites positions of its inputs with positions of its outputs
 * (union-find). A convolution unites its input's channels with axis 1 of
 * its weight; a concatenation unites with an offset; a flatten unites one
 * channel with a whole run of columns; a residual sum unites both sides.
 * The classes that result are the units that pruning removes; units that
 * touch the same axes form a group (the idea: G. Fang et al., "DepGraph:
 * Towards Any Structural Pruning", 2023).
 *
 * An axis is in one of three conditions: live (it has positions), plain
 * (batch, space, time: never a channel), or frozen with a reason (it has
 * positions, and those may not be removed). */

struct coupling;

/* What the positions of a weight's axis are to its node. */
enum role {
    ROLE_OUT = 1, /* the axis makes the unit: a filter, a neuron */
    ROLE_IN = 2,  /* the axis reads the unit: an input column */
    ROLE_SIDE = 4, /* bias, scale, shift: rides along */
    ROLE_VARIANCE = 8, /* rides along and is left alone by masking: running
                          variances, divisors, exponents */
};

/* All of g's values must have been inferred. */
int coupling_new(struct coupling **out, const struct graph *g,
                 struct prune_error *err);
void coupling_free(struct coupling *c);

/* Runs every node's `couple`, in order, with graph inputs and outputs
 * frozen first and last ("input of the network", "output of the network").
 * A node without `couple` freezes what it touches, reason "operator X is
 * not understood". Whole: call once after coupling_new. */
int coupling_run(struct coupling *c, struct prune_error *err);

/* --- for operators --------------------------------------------------- */

/* The axis is no channel axis. Plain axes are never tied: the calls below
 * ignore pairs of which one is plain and the other's size equals it, and
 * freeze the other's axis when it is live ("mixed with …"). */
void couple_plain(struct coupling *c, int value, int axis);
int couple_is_plain(const struct coupling *c, int value, int axis);
/* All axes plain (indices, masks, sizes). */
void couple_plain_all(struct coupling *c, int value);

/* Unites position i of (a, axis_a) with i of (b, axis_b); sizes equal. */
int couple_same(struct coupling *c, int a, int axis_a, int b, int axis_b,
                struct prune_error *err);
/* Unites a's [from_a, from_a + n) with b's [from_b, from_b + n). */
int couple_span(struct coupling *c, int a, int axis_a, int64_t from_a, int b,
                int axis_b, int64_t from_b, int64_t n,
                struct prune_error *err);
/* Unites one pair of positions. */
int couple_one(struct coupling *c, int a, int axis_a, int64_t i, int b,
               int axis_b, int64_t j, struct prune_error *err);
/* Freezes a whole axis, or all of a value's axes, for the node's sake. */
int couple_freeze(struct coupling *c, int value, int axis,
                  const struct node *n, const char *reason,
                  struct prune_error *err);
int couple_freeze_all(struct coupling *c, int value, const struct node *n,
                      const char *reason, struct prune_error *err);
/* Says what (value, axis) is to node n: for weights and their riders.
 * Noted at the constant that stands behind the value; no constant, no
 * effect. */
int couple_role(struct coupling *c, const struct node *n, int value, int axis,
                enum role role, struct prune_error *err);

/* Element-wise with numpy broadcasting: ties each axis of each float input
 * to the output's where the sizes are equal and above 1 or both 1. */
int couple_broadcast(struct coupling *c, const struct graph *g,
                     const struct node *n, struct prune_error *err);
/* Every axis of input 0 to the same axis of output 0. */
int couple_through(struct coupling *c, const struct graph *g,
                   const struct node *n, struct prune_error *err);

/* --- for readers of the result --------------------------------------- */

/* A unit's share of one tensor: which positions of which axis. */
struct member {
    int value, axis;
    int node;        /* whose weight or rider (of a shared one the first);
                        -1: an activation */
    enum role role;  /* 0 for activations; several bits when the axis is
                        several things to several nodes */
};

struct refusal {
    int node;            /* -1: the graph itself */
    const char *reason;  /* borrowed from the coupling */
};

/* Units that touch the same axes of the same tensors: all alike, ranked
 * against each other. A residual sum of three blocks is one group; in a
 * dense block each layer's channels are a group of their own. At least one
 * unit of every group must stay. */
struct group {
    int n_units;   /* ordered by their first positions */
    int n_members; /* (value, axis) pairs, constants and activations */
    const struct member *members;
    int refusal;   /* -1: may be pruned; else index of the refusal */
};

int coupling_n_groups(const struct coupling *c);
const struct group *coupling_group(const struct coupling *c, int i);
int coupling_n_refusals(const struct coupling *c);
const struct refusal *coupling_refusal(const struct coupling *c, int i);

/* The positions of a unit along one member's axis, ascending; constant
 * time. One unit may own several: a flatten gives each channel a run. */
void coupling_positions(const struct coupling *c, int group, int unit,
                        int member, const int64_t **positions, int64_t *n);

/* The unit (0 … n_units-1 of the group) that owns position i of (value,
 * axis), with the group in *group; -1 when the axis is plain. */
int coupling_unit(const struct coupling *c, int value, int axis, int64_t i,
                  int *group);

#endif
