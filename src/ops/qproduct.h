#ifndef OPS_QPRODUCT_H
#define OPS_QPRODUCT_H

#include "ops/quantize.h"

/* Products and convolutions of bytes: which inputs of the node are what.
 * scale -1: there are none, and the output is of int32. */
struct qproduct {
    int a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero, bias;
    int is_conv;
};

int qproduct_infer(struct graph *g, struct node *n, const struct qproduct *p,
                   struct prune_error *err);
int qproduct_host(struct host_call *c, const struct qproduct *p,
                  struct prune_error *err);

#endif
