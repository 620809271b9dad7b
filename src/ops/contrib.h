#ifndef OPS_CONTRIB_H
#define OPS_CONTRIB_H

#include "graph/op.h"
#include "ops/lowering.h"

/* What ONNX Runtime's own operators (domain com.microsoft) share. */

/* A slot for f of `x`, of that shape; negative: a code. */
int ops_temp_eltwise(struct lowering *l, const struct node *n,
                     const struct shape *shape, enum eltwise f, float alpha,
                     float beta, int x, struct prune_error *err);

/* A slot for a f b, which has that shape. */
int ops_temp_binary(struct lowering *l, const struct node *n,
                    const struct shape *shape, enum binary f, int a, int b,
                    struct prune_error *err);

/* out = x / sqrt(mean of squares over the axes from `axis` on + epsilon) *
 * scale */
int ops_lower_rms(struct lowering *l, const struct node *n,
                  const struct shape *shape, int axis, float epsilon, int x,
                  int scale, int out, struct prune_error *err);

/* Whether output i is there and anybody reads it. */
int ops_is_read(const struct graph *g, const struct node *n, int i);

/* Ties the axes of inputs 0 … n_through-1 to output 0's, and freezes their
 * last axis and all other inputs with that reason. */
int ops_couple_rows(struct coupling *c, const struct graph *g,
                    const struct node *n, int n_through, const char *reason,
                    struct prune_error *err);

#endif
