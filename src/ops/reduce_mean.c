#include "ops/reduce.h"
#include "ops/ties.h"

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_reduce(c, g, n, "averages over channels", err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_reduce(l, g, n, RED_MEAN, err);
}

static double add(double sum, double x)
{
    return sum + x;
}

static double end(double sum, int64_t n)
{
    return sum / (double)n;
}

/* Wraps around. */
static int64_t whole_add(int64_t sum, int64_t x, enum dtype t)
{
    (void)t;
    return (int64_t)((uint64_t)sum + (uint64_t)x);
}

static int64_t whole_end(int64_t sum, int64_t n)
{
    return n ? sum / n : 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    static const struct ops_reduction r = {
        .add = add,
        .end = end,
        .whole_add = whole_add,
        .whole_end = whole_end,
    };

    return ops_host_reduce(c, &r, err);
}

const struct op op_reduce_mean = {
    .name = "ReduceMean",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_reduce,
    .couple = couple,
    .lower = lower,
    .host = host,
};
