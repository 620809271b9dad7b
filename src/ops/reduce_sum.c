#include "ops/reduce.h"
#include "ops/ties.h"

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_reduce(c, g, n, "sums over channels", err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_reduce(l, g, n, RED_SUM, err);
}

static double add(double sum, double x)
{
    return sum + x;
}

/* Wraps around. */
static int64_t whole_add(int64_t sum, int64_t x, enum dtype t)
{
    (void)t;
    return (int64_t)((uint64_t)sum + (uint64_t)x);
}

static int host(struct host_call *c, struct prune_error *err)
{
    static const struct ops_reduction r = {.add = add, .whole_add = whole_add};

    return ops_host_reduce(c, &r, err);
}

const struct op op_reduce_sum = {
    .name = "ReduceSum",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_reduce,
    .couple = couple,
    .lower = lower,
    .host = host,
};
