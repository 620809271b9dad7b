/* Layer pruning: whole layers and residual branches that the network can do
 * without. What may go is found by prune/bypass.c. */
#include "prune/technique.h"

const struct technique technique_layer = {
    .name = "layer",
    .title = "Layer pruning",
    .summary = "whole layers or residual branches that are redundant",
    .looked_for = "residual branches with an identity skip, or layers whose "
                  "output has the shape of their input",
    .acts = TECHNIQUE_LAYERS,
    .criteria = "ablation l2 l1 random",
    .scope = "",
};
