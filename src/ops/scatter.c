#include "ops/infer.h"
#include "ops/places.h"
#include "ops/ties.h"

/* What ScatterElements was called before opset 11. */
const struct op op_scatter = {
    .name = "Scatter",
    .domain = "",
    .since = 9,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = ops_infer_same,
    .couple = ops_couple_moved,
    .host = ops_host_scatter_elements,
};
