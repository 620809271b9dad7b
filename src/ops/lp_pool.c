#include "ops/pool.h"
#include "ops/ties.h"

/* The p-norm of each window: padding counts as zeros. */

const struct op op_lp_pool = {
    .name = "LpPool",
    .domain = "",
    .since = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_pool,
    .couple = ops_couple_pool,
    .host = ops_host_lp_pool,
};
