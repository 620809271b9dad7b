#include <math.h>

#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "ops/ties.h"

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_reduce(c, g, n, "takes the largest of the channels", err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_reduce(l, g, n, RED_MAX, err);
}

static double add(double sum, double x)
{
    return x > sum || isnan(x) ? x : sum;
}

static int64_t whole_add(int64_t sum, int64_t x, enum dtype t)
{
    return ops_less(sum, x, t) ? x : sum;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_in(c, 0);
    struct ops_reduction r = {.start = -INFINITY, .add = add,
                              .whole_add = whole_add};

    r.whole_start = x ? ops_least(x->dtype) : 0;
    return ops_host_reduce(c, &r, err);
}

const struct op op_reduce_max = {
    .name = "ReduceMax",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = ops_infer_reduce,
    .couple = couple,
    .lower = lower,
    .host = host,
};
