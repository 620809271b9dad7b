#include "ops/infer.h"
#include "ops/places.h"
#include "ops/ties.h"

/* Elements of input 2 are put at places of input 0 that differ from their own
 * along one axis only. */
const struct op op_scatter_elements = {
    .name = "ScatterElements",
    .domain = "",
    .since = 11,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = ops_infer_same,
    .couple = ops_couple_moved,
    .host = ops_host_scatter_elements,
};
