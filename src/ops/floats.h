#ifndef OPS_FLOATS_H
#define OPS_FLOATS_H

#include "graph/host.h"

/* Host kernels that compute in float32 whatever floating-point (or other)
 * type their tensors are of. */

/* Input i in float32: the same tensor once more, or a converted copy; NULL
 * when it is absent. A reference of the caller's. */
int ops_floats_in(struct tensor **out, const struct host_call *c, int i,
                  struct prune_error *err);

/* The same of a tensor. */
int ops_floats_of(struct tensor **out, const struct host_call *c,
                  const struct tensor *t, struct prune_error *err);

/* A float32 tensor to be filled for output i, which will be of `dtype`: a
 * reference of the caller's, to be handed to ops_floats_give. */
int ops_floats_out(struct tensor **out, struct host_call *c, int i,
                   enum dtype dtype, const struct shape *shape,
                   struct prune_error *err);

/* Sets output i, converted to `dtype`; the reference is taken over, also
 * on failure. */
int ops_floats_give(struct host_call *c, int i, struct tensor *t,
                    enum dtype dtype, struct prune_error *err);

#endif
