/* Structured pruning: whole units of every group of coupled axes. */
#include "prune/technique.h"

static int takes(const struct graph *g, const struct group *group)
{
    (void)g;
    for (int i = 0; i < group->n_members; i++)
        if (group->members[i].role == ROLE_OUT)
            return 1;
    return 0;
}

const struct technique technique_structured = {
    .name = "structured",
    .title = "Structured pruning",
    .summary = "whole filters, channels and neurons, with everything that "
               "hangs on them",
    .looked_for = "channels or neurons between layers that may be removed",
    .acts = TECHNIQUE_UNITS,
    .criteria = "activation l2 l1 random",
    .scope = "global",
    .takes = takes,
};
