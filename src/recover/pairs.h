#ifndef RECOVER_PAIRS_H
#define RECOVER_PAIRS_H

#include "recover/recover.h"
#include "recover/stream.h"

/* How a channel of the pruned network goes with the same channel of the
 * original, sample by sample: merged batch by batch, in double. */
struct pair {
    double n, mean_now, mean_then;
    double now2, then2, both; /* sums of products of deviations */
};

/* Which values go together: `value` of r->graph with the value of the same
 * number in the original; or, where it is added to `skip`, with what the
 * original's `sum` is more than `skip` is now. So a branch mends what went
 * wrong on the way around it. */
struct pairing {
    int value, axis;
    int skip, sum; /* -1: none */
};

/* Runs the first n samples through both networks and fills out[i] for
 * position i of the value's axis in r->graph (the original's position is
 * what r->kept says; out[i].n is 0 where the original has none). `out` is
 * the caller's (mem_free), *channels its length. */
int pairs_collect(struct pair **out, int64_t *channels,
                  const struct recovery *r, const struct pairing *p,
                  int64_t n, struct prune_error *err);

#endif
