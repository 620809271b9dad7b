#ifndef OPS_WHOLES_H
#define OPS_WHOLES_H

#include "graph/host.h"

/* Products of matrices of integers, which wrap around as their type does.
 * Other types are refused: primitives have them. */

/* PRUNE_E_UNSUPPORTED unless inputs 0 and 1 are of one type of integers. */
int ops_need_whole(const struct host_call *c, struct prune_error *err);

/* out [..., M, N] = a [..., M, K] b [..., K, N], where a and b have the
 * shapes sa and sb (or their last two axes exchanged), leading axes
 * broadcast, and the factors fit. */
int ops_whole_product(int64_t *out, const struct shape *s,
                      const struct tensor *a, const struct shape *sa,
                      int trans_a, const struct tensor *b,
                      const struct shape *sb, int trans_b,
                      struct prune_error *err);

#endif
