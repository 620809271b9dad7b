#include "ops/arith.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* a / b */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_binary(l, g, n, BIN_DIV, err);
}

static int64_t on_ints(int64_t a, int64_t b)
{
    return b == 0 || (b == -1 && a == INT64_MIN) ? 0 : a / b;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_infer_arith(g, n, on_ints, err);
}

const struct op op_div = {
    .name = "Div",
    .domain = "",
    .since = 7,
    .min_inputs = 2,
    .max_inputs = 2,
    .traits = 0,
    .infer = infer,
    .couple = ops_couple_broadcast,
    .cost = ops_cost_riders,
    .lower = lower,
};
