#include "ops/axes.h"
#include "ops/infer.h"
#include "ops/lowering.h"

/* Puts in axes of one position; the list (an attribute before opset 13,
 * input 1 since) counts axes of the output. */
static int find(int map[static MAX_RANK], int *n_out, const struct node *n,
                const struct shape *x, const struct ints *axes,
                struct prune_error *err)
{
    unsigned fresh = 0;
    int from = 0;

    if (!axes || x->rank + axes->n > MAX_RANK)
        return ops_bad(n, err, "%d axes and %lld more", x->rank,
                       axes ? (long long)axes->n : 0);
    *n_out = x->rank + (int)axes->n;
    for (int64_t i = 0; i < axes->n; i++) {
        int axis = shape_axis(*n_out, axes->at[i]);
        if (axis < 0 || (fresh >> axis & 1))
            return ops_bad(n, err, "its axes do not fit %d axes", *n_out);
        fresh |= 1u << axis;
    }
    for (int k = 0; k < *n_out; k++)
        map[k] = fresh >> k & 1 ? -1 : from++;
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

const struct op op_unsqueeze = {
    .name = "Unsqueeze",
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
