/* LAMP (J. Lee et al., "Layer-adaptive sparsity for the magnitude-based
 * pruning", 2021): a weight's square over the sum of the squares of those
 * of its tensor that are not smaller. */
#include "prune/criterion.h"
#include "prune/norms.h"

#include <string.h>

static void keys(uint32_t *out, const float *w, int64_t n, uint64_t salt)
{
    (void)salt;
    norm_keys(out, w, n);
}

/* Summed from the largest down, so that the scores never fall. */
static void scores(float *out, const uint32_t *sorted, int64_t n)
{
    double sum = 0;
    for (int64_t i = n - 1; i >= 0; i--) {
        float w;
        memcpy(&w, &sorted[i], sizeof w);
        double square = (double)w * (double)w;
        sum += square;
        out[i] = sum > 0 ? (float)(square / sum) : 0;
    }
}

const struct criterion criterion_lamp = {
    .name = "lamp",
    .title = "LAMP",
    .summary = "square of a weight over the sum of its layer's not smaller "
               "ones",
    .keys = keys,
    .scores = scores,
};
