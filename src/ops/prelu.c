#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* x where it is positive, slope * x elsewhere; the slope broadcasts to x,
 * never the other way round. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    int e = ops_infer_broadcast(g, n, err);

    if (e || !node_out(g, n, 0))
        return e;
    if (!shape_equal(&node_out(g, n, 0)->shape, &node_in(g, n, 0)->shape))
        return ops_bad(n, err, "its slope is larger than its input");
    return 0;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_binary(l, g, n, BIN_PRELU, err);
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    (void)g;
    (void)n;
    out->learned = 2;
}

static double real(double a, double b)
{
    return a < 0 ? a * b : a;
}

static int64_t whole(int64_t a, int64_t b, enum dtype t)
{
    return ops_less(a, 0, t) ? (int64_t)((uint64_t)a * (uint64_t)b) : a;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_fold(c, &(struct ops_fold){real, whole, 0}, err);
}

const struct op op_prelu = {
    .name = "PRelu",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_broadcast,
    .cost = cost,
    .lower = lower,
    .host = host,
};
