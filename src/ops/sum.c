#include "ops/arith.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* The sum of any number of inputs. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_binary(l, g, n, BIN_ADD, err);
}

static double real(double a, double b)
{
    return a + b;
}

static int64_t whole(int64_t a, int64_t b, enum dtype t)
{
    (void)t;
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_fold(c, &(struct ops_fold){real, whole, 0}, err);
}

const struct op op_sum = {
    .name = "Sum",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = -1,
    .traits = OP_SUM,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .cost = ops_cost_riders,
    .lower = lower,
    .host = host,
};
