#include "ops/axes.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"

/* Takes out axes of one position: those of the list (an attribute before
 * opset 13, input 1 since), or all when there is none. */
static int find(int map[static MAX_RANK], int *n_out, const struct graph *g,
                const struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    struct ints axes = {0};
    int found = ops_list(g, n, "axes", 1, &axes, err);
    unsigned gone = 0;
    int axis, e;

    if (found < 0)
        return found;
    for (int64_t i = 0; i < axes.n; i++) {
        if ((e = ops_axis(g, n, axes.at[i], &axis, err)))
            return e;
        if (x->dims[axis] != 1)
            return ops_bad(n, err, "axis %d has %lld positions", axis,
                           (long long)x->dims[axis]);
        gone |= 1u << axis;
    }
    *n_out = 0;
    for (int k = 0; k < x->rank; k++)
        if (found ? !(gone >> k & 1) : x->dims[k] != 1)
            map[(*n_out)++] = k;
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_infer_map(g, n, find, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_axes(c, g, n, find, err);
}

const struct op op_squeeze = {
    .name = "Squeeze",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .traits = OP_PASS,
    .infer = infer,
    .couple = couple,
    .lower = ops_lower_view,
};
