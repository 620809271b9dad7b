#ifndef PRUNE_UNITS_H
#define PRUNE_UNITS_H

#include "graph/couple.h"
#include "prune/criterion.h"
#include "prune/settings.h"

/* In which order the units of a coupled graph go. */

/* Units of one group that go together: one, or as many as round_to asks.
 * They are units first … first+n-1 of the group's own order. */
struct unit_step {
    int group, first, n;
    double key; /* steps are in ascending order of it within a tier */
    int tier;   /* 1: would leave less than an eighth of its group */
};

struct unit_plan {
    const struct coupling *coupling;
    int n_groups;
    int **order;               /* [group] its units, least important first;
                                  NULL: the technique leaves it alone */
    unsigned char **removed;   /* [group][unit]; for cut_apply */
    int n_steps, n_sensible;   /* all; those of tier 0 */
    struct unit_step *steps;
    int n_taken_groups;        /* groups that the technique may prune */
    int64_t n_units;           /* of these groups */
};

/* Ranks by the settings' criterion; `activity` may be NULL where that needs
 * none. At least one unit of each group is in
 * no step. Groups of excluded nodes are left alone. */
int unit_plan_init(struct unit_plan *out, const struct graph *g,
                   const struct coupling *c, const struct settings *s,
                   const struct activity *activity,
                   struct prune_error *err);
void unit_plan_done(struct unit_plan *p); /* a zeroed one is fine */

/* Marks in p->removed the units of the first k steps and no others. */
void unit_plan_take(struct unit_plan *p, int k);
/* How many units that is. */
int64_t unit_plan_count(const struct unit_plan *p, int k);

/* Whether the technique may prune the group, apart from exclusion. */
int unit_group_taken(const struct graph *g, const struct group *group,
                     const struct settings *s);
/* A node of the group that the user excluded, or -1. */
int unit_group_excluded(const struct graph *g, const struct group *group,
                        const struct settings *s);

#endif
