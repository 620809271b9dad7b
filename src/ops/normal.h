#ifndef OPS_NORMAL_H
#define OPS_NORMAL_H

#include "graph/host.h"

/* What the normalisations share. They compute in double, a row at a time. */

/* The mean and 1 / sqrt(variance + epsilon) of n numbers; x becomes
 * (x - mean) * inverse. Two passes: no cancellation. */
struct moments {
    double mean, inverse;
};
struct moments ops_normalise(double *x, int64_t n, double epsilon);

/* The elements of t broadcast to the sizes dims[0 … rank-1] (numpy's rules;
 * leading axes of one position beyond these are dropped): `out` has room
 * for all. PRUNE_E_INPUT when they do not fit. */
int ops_spread(double *out, const struct tensor *t, const int64_t *dims,
               int rank, const struct host_call *c, struct prune_error *err);

/* A vector of n numbers that is input i, in `out`; absent: `other`. */
int ops_vector(double *out, int64_t n, const struct host_call *c, int i,
               double other, struct prune_error *err);

/* x [N,C,...]: each of the `groups` runs of channels of an image is
 * normalised by itself, then scaled and shifted by inputs 1 and 2, which
 * have an element for each channel or (per_group) for each group. */
int ops_host_groups(struct host_call *c, int64_t groups, int per_group,
                    struct prune_error *err);

/* Output 0 is like input 0, which must have channels. */
op_infer_f ops_infer_channels;

/* PRUNE_E_UNSUPPORTED unless these are numbers of a floating-point type. */
int ops_need_float(const struct host_call *c, const struct tensor *t,
                   struct prune_error *err);

/* An axis of a shape from the attribute `axis`, or PRUNE_E_INPUT. */
int ops_host_axis(const struct host_call *c, const struct shape *s,
                  int64_t other, int *axis, struct prune_error *err);

#endif
