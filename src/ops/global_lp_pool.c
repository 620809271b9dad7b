#include "ops/pool.h"
#include "ops/ties.h"

/* The p-norm of each channel. */

const struct op op_global_lp_pool = {
    .name = "GlobalLpPool",
    .domain = "",
    .since = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_global_pool,
    .couple = ops_couple_pool,
    .host = ops_host_global_lp_pool,
};
