#ifndef PRUNE_CRITERION_H
#define PRUNE_CRITERION_H

#include "graph/couple.h"
#include "prune/technique.h"

/* A way of saying how much a weight or a unit matters: one file in src/prune
 * each, ending in one `const struct criterion`, plus one row in
 * criteria.tbl. Members that do not apply are NULL. */

/* Keys of single weights: out[i] orders w[i] among its tensor's n weights,
 * smallest goes first. `salt` differs from tensor to tensor and depends on
 * the seed. */
typedef void criterion_keys_f(uint32_t *out, const float *w, int64_t n,
                              uint64_t salt);

/* Scores that can be compared between tensors, from one tensor's keys in
 * ascending order: out[i] belongs to sorted[i] and never falls. */
typedef void criterion_scores_f(float *out, const uint32_t *sorted,
                                int64_t n);

/* Variances of activations, per position of a value's channel axis: what
 * calibration samples showed of a graph. */
struct activity {
    int n_values;
    double **variance; /* [value][position]; NULL: not measured */
};

/* The axis of channels of what a linear node reads and makes. */
int criterion_channel_axis(const struct graph *g, const struct node *n);

/* What a criterion of units is given: one group of a coupled graph. */
struct unit_view {
    const struct graph *graph;
    const struct coupling *coupling;
    int group;
    uint64_t seed;
    const struct activity *activity; /* NULL unless the criterion needs it */
};

/* out[u] says how much unit u of the group matters; comparable between
 * groups. */
typedef int criterion_units_f(double *out, const struct unit_view *v,
                              struct prune_error *err);

struct criterion {
    const char *name, *title, *summary;
    enum needs needs;
    criterion_keys_f *keys;
    criterion_scores_f *scores;
    criterion_units_f *units;
};

const struct criterion *criterion_find(const char *name);
const struct criterion *const *criterion_all(int *n);

/* For criteria of units: adds to out[u] the sum of |w|^power over all
 * positions that unit u owns along the member's axis of its constant.
 * power is 1 or 2. Members that are no constants add nothing; returns 1
 * when the member is a constant that adds, 0 when not. */
int criterion_unit_sums(double *out, const struct unit_view *v,
                        const struct member *m, int power);

#endif
