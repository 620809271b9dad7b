#ifndef PRUNE_NORMS_H
#define PRUNE_NORMS_H

#include "prune/criterion.h"

/* What the magnitude criteria share. */

/* |w| as integers that sort alike; subnormal numbers count as zero and a
 * NaN as the largest. */
void norm_keys(uint32_t *out, const float *w, int64_t n);

/* Per unit: the mean over the group's weight tensors of the sum of
 * |w|^power, divided by the mean over the group's units. */
int norm_units(double *out, const struct unit_view *v, int power,
               struct prune_error *err);

/* Makes the mean of n scores 1, so that groups can be compared. */
void norm_normalise(double *scores, int n);

#endif
