/* Unstructured pruning: single weights, one ranking across the network. */
#include "prune/technique.h"
#include "prune/zero.h"

static int zero(struct graph *g, const struct settings *s,
                struct prune_error *err)
{
    return zero_weights(g, s, 1, err);
}

const struct technique technique_unstructured = {
    .name = "unstructured",
    .title = "Unstructured pruning",
    .summary = "single weights with no pattern, ranked across the network",
    .looked_for = "weights of convolutions, fully connected layers, tables "
                  "or recurrent cells",
    .acts = TECHNIQUE_ZEROES,
    .criteria = "lamp l1 random",
    .scope = "",
    .zero = zero,
};
