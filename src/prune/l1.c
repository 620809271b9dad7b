/* Magnitude: a weight by its absolute value, a unit by the sum of those of
 * all weights that hang on it. */
#include "prune/criterion.h"
#include "prune/norms.h"

#include <string.h>

static void keys(uint32_t *out, const float *w, int64_t n, uint64_t salt)
{
    (void)salt;
    norm_keys(out, w, n);
}

static void scores(float *out, const uint32_t *sorted, int64_t n)
{
    memcpy(out, sorted, (size_t)n * sizeof *out);
}

static int units(double *out, const struct unit_view *v,
                 struct prune_error *err)
{
    return norm_units(out, v, 1, err);
}

const struct criterion criterion_l1 = {
    .name = "l1",
    .title = "Magnitude",
    .summary = "absolute value; of a unit, the sum over its weights",
    .keys = keys,
    .scores = scores,
    .units = units,
};
