#ifndef SEARCH_ACTIVITY_H
#define SEARCH_ACTIVITY_H

#include "prune/criterion.h"
#include "search/work.h"

/* Measures what criteria of units want to know of the original: variances
 * of everything that its linear layers read and make. */
int activity_measure(struct activity *out, const struct work *w,
                     struct prune_error *err);
void activity_done(struct activity *a); /* a zeroed one is fine */

#endif
