#ifndef RECOVER_MOMENTS_H
#define RECOVER_MOMENTS_H

#include <stdint.h>

#include "recover/stream.h"

/* Mean and variance of values per channel, in double, merged batch by batch
 * (T. Chan et al., "Updating formulae and a pairwise algorithm for computing
 * sample variances", 1979). */
struct moments {
    double n, mean, m2; /* m2: sum of squared deviations */
};

void moments_add(struct moments *m, const float *x, int64_t n);
static inline double moments_var(const struct moments *m)
{
    return m->n > 0 ? m->m2 / m->n : 0;
}

/* Channels of one value: axis 1, or the last axis when `last`. */
struct channels {
    int value, axis;
    int64_t n;
    struct moments *m; /* [n] */
};

/* Runs the first n samples of the part through g and fills, for each of
 * `list`, n and m for its value and axis (earlier contents are freed). */
int moments_collect(struct channels *list, int n_list, const struct graph *g,
                    const struct settings *s, const struct data_part *part,
                    int64_t n, const struct progress *p, const char *phase,
                    struct prune_error *err);
void channels_free(struct channels *list, int n_list); /* and the list */

/* How many samples a pass may read so that passes over the beginnings of
 * the network up to each of `list` cost no more than `runs` runs of all
 * of g over the part; at least 64 or all there are. */
int moments_samples(int64_t *out, const struct channels *list, int n_list,
                    const struct graph *g, const struct settings *s,
                    const struct data_part *part, double runs,
                    struct prune_error *err);

#endif
