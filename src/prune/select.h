#ifndef PRUNE_SELECT_H
#define PRUNE_SELECT_H

#include <stdint.h>

/* Exact selection of the smallest of many, without sorting. */

/* The smallest count of `total` whose share is at least `share`. */
int64_t select_count(double share, int64_t total);

/* For the k smallest of n keys, 0 <= k <= n: those below *threshold, and the
 * first *ties of those equal to it. k = 0 gives threshold 0, ties 0. Two
 * passes over the keys. -1 when memory is short. */
int select_threshold(uint32_t *threshold, int64_t *ties, const uint32_t *keys,
                     int64_t n, int64_t k);

/* Sorts keys in ascending order; `spare` has room for n as well. */
void select_sort(uint32_t *keys, uint32_t *spare, int64_t n);

#endif
