/* Weight pruning: single weights, smallest magnitude first, the same share
 * within each layer. */
#include "prune/technique.h"
#include "prune/zero.h"

static int zero(struct graph *g, const struct settings *s,
                struct prune_error *err)
{
    return zero_weights(g, s, 0, err);
}

const struct technique technique_weight = {
    .name = "weight",
    .title = "Weight pruning",
    .summary = "single weights, smallest magnitude first, the same share "
               "within each layer",
    .looked_for = "weights of convolutions, fully connected layers, tables "
                  "or recurrent cells",
    .acts = TECHNIQUE_ZEROES,
    .criteria = "l1 random",
    .scope = "",
    .zero = zero,
};
