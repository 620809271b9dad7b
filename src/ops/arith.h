#ifndef OPS_ARITH_H
#define OPS_ARITH_H

#include "graph/op.h"

/* Arithmetic with broadcasting: floats when the model runs, small integers
 * while its shapes are inferred. */

typedef int64_t ops_int_f(int64_t a, int64_t b);

/* Broadcast shape of any number of inputs; integers that are known are
 * combined from the left by f. */
int ops_infer_arith(struct graph *g, struct node *n, ops_int_f *f,
                    struct prune_error *err);

/* Constants of more than one element are biases or scales: parameters. */
op_cost_f ops_cost_riders;

#endif
