#include <math.h>

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
    return ops_lower_sum_of(l, g, n, OPS_AS_IS, OPS_LOG, err);
}

static double add(double sum, double x)
{
    return sum + x;
}

static double end(double sum, int64_t n)
{
    (void)n;
    return log(sum);
}

static int host(struct host_call *c, struct prune_error *err)
{
    static const struct ops_reduction r = {.add = add, .end = end};

    return ops_host_reduce(c, &r, err);
}

const struct op op_reduce_log_sum = {
    .name = "ReduceLogSum",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_reduce,
    .couple = couple,
    .lower = lower,
    .host = host,
};
