/* Group magnitude: the squared weights of everything that hangs on a unit,
 * averaged over the tensors of its group (G. Fang et al., "DepGraph:
 * Towards Any Structural Pruning", 2023). */
#include "prune/criterion.h"
#include "prune/norms.h"

static int units(double *out, const struct unit_view *v,
                 struct prune_error *err)
{
    return norm_units(out, v, 2, err);
}

const struct criterion criterion_l2 = {
    .name = "l2",
    .title = "Group magnitude",
    .summary = "sum of squares over everything that hangs on a unit",
    .units = units,
};
