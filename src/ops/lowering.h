#ifndef OPS_LOWERING_H
#define OPS_LOWERING_H

#include "engine/lower.h"
#include "graph/op.h"

/* What operators' lowering has in common; see engine/lower.h, which
 * has already left out what is known without running, and refused what is
 * not float32 or of unknown shape. */

/* Output 0 holds input 0's elements under its own shape. */
op_lower_f ops_lower_view;

/* Output 0 is f of input 0, element by element. */
int ops_lower_eltwise(struct lowering *l, const struct node *n,
                      enum eltwise f, float alpha, float beta,
                      struct prune_error *err);

/* Inputs 0 and 1, or any number folded from the left. */
int ops_lower_binary(struct lowering *l, const struct graph *g,
                     const struct node *n, enum binary f,
                     struct prune_error *err);

/* The float32 constant that is input i, or NULL. */
const struct tensor *ops_f32(const struct graph *g, const struct node *n,
                             int i);

/* The same when it has one element; `other` when input i is absent; -1 in
 * the return value when it is there without being such a constant. */
int ops_scalar(const struct graph *g, const struct node *n, int i,
               float other, float *out);

#endif
