#include "ops/axes.h"
#include "ops/infer.h"
#include "ops/lowering.h"

/* Takes out axes of one position: those of the list (an attribute before
 * opset 13, input 1 since), or all when there is none. */
static int find(int map[static MAX_RANK], int *n_out, const struct node *n,
                const struct shape *x, const struct ints *axes,
                struct prune_error *err)
{
    unsigned gone = 0;
    int axis, e;

    for (int64_t i = 0; axes && i < axes->n; i++) {
        if ((e = ops_axis_of(n, x->rank, axes->at[i], &axis, err)))
            return e;
        if (x->dims[axis] != 1)
            return ops_bad(n, err, "axis %d has %lld positions", axis,
                           (long long)x->dims[axis]);
        gone |= 1u << axis;
    }
    *n_out = 0;
    for (int k = 0; k < x->rank; k++)
        if (axes ? !(gone >> k & 1) : x->dims[k] != 1)
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

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_axes(c, find, err);
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
    .host = host,
};
