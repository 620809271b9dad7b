/* Measured ablation: what the network loses on training data without a
 * layer. The measuring is search's (search/layers.c). */
#include "prune/criterion.h"

const struct criterion criterion_ablation = {
    .name = "ablation",
    .title = "Measured ablation",
    .summary = "loss on training data once the layer is gone",
    .needs = NEEDS_ACTIVATIONS,
};
