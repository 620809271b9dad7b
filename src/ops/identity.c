#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

const struct op op_identity = {
    .name = "Identity",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_PASS,
    .infer = ops_infer_pass,
    .couple = ops_couple_pass,
    .lower = ops_lower_view,
    .host = ops_host_pass,
};
