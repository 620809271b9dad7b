#include "ops/infer.h"
#include "ops/pool.h"
#include "ops/ties.h"

/* The largest of each window; output 1, where it was found, is the host kernel's. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    if (node_out(g, n, 1) && graph_n_uses(g, n->outputs[1]))
        return lower_refuse(n, err, "its indices are used");
    return ops_lower_pool(l, g, n, POOL_MAX, err);
}

const struct op op_max_pool = {
    .name = "MaxPool",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_pool,
    .couple = ops_couple_pool,
    .lower = lower,
    .host = ops_host_max_pool,
};
