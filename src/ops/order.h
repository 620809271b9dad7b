#ifndef OPS_ORDER_H
#define OPS_ORDER_H

#include "graph/host.h"
#include "ops/infer.h"

/* Elements of any type brought into order. */

/* n elements of t from element `from` on as numbers whose order as unsigned
 * integers is that of the elements. Equal elements have equal keys (zeros of
 * either sign too); NaNs come last. */
void ops_keys(uint64_t *out, const struct tensor *t, int64_t from, int64_t n);

/* An axis taken out of a shape: [outer, size, inner]. */
struct lanes {
    int64_t outer, size, inner;
};
struct lanes ops_lanes(const struct shape *s, int axis);

/* ArgMax and ArgMin. */
op_infer_f ops_infer_arg;
int ops_host_arg(struct host_call *c, int largest, struct prune_error *err);

#endif
