#ifndef GRAPH_COUPLE_PARTS_H
#define GRAPH_COUPLE_PARTS_H

#include "graph/couple.h"

/* The inside of a coupling, for the files couple*.c and cut.c, mask.c. */

enum axis_state { AXIS_UNTOUCHED, AXIS_PLAIN, AXIS_LIVE };

struct axis {
    int value, axis;
    enum axis_state state;
    int64_t size;
    int first;     /* its first position, when live */
    unsigned role; /* bits of enum role */
    int node;      /* whose role, or -1 */
};

struct coupling {
    const struct graph *g; /* while the operators speak */
    struct arena arena;    /* reasons */
    int n_values, n_axes, n_nodes;
    int *axis_at; /* value -> its first axis; n_values + 1 items */
    struct axis *axes;

    /* Positions: a forest whose roots stand for the units. */
    int n_positions, room_positions;
    int *parent;
    int *frozen; /* of a root: reason + 1, or 0 */
    const char **reasons;
    int n_reasons, room_reasons;

    /* What coupling_run leaves for readers. */
    int n_groups, n_units;
    struct group *groups;
    struct member *members;
    int *unit_of;     /* position -> unit of the whole network */
    int *group_of;    /* unit -> group */
    int *rank_of;     /* unit -> its place in the group */
    int *table_of;    /* group -> its block in starts */
    int *starts;      /* per group, member, unit: its run in positions */
    int64_t *positions;
    int n_refusals, n_hidden; /* hidden: groups that carry no weight */
    struct refusal *refusals;
};

static inline struct axis *coupling_axis(const struct coupling *c, int value,
                                         int axis)
{
    if (value < 0 || value >= c->n_values || axis < 0 ||
        c->axis_at[value] + axis >= c->axis_at[value + 1])
        return (struct axis *)0;
    return &c->axes[c->axis_at[value] + axis];
}

/* Whether all of a node's inputs and outputs have known shapes: else it is
 * frozen, and neither coupled nor cut in its own way. */
int coupling_shapes_known(const struct graph *g, const struct node *n);

/* The root of a position's tree. */
int coupling_root(const struct coupling *c, int position);

/* Makes units and groups of the forest (couple_groups.c). */
int coupling_collect(struct coupling *c, struct prune_error *err);

#endif
