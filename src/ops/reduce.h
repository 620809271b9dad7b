#ifndef OPS_REDUCE_H
#define OPS_REDUCE_H

#include "graph/host.h"
#include "ops/lowering.h"

/* What the reductions share. The axes are an attribute or, since opset 18
 * (13 for ReduceSum), input 1; without any, all axes are meant unless
 * noop_with_empty_axes says none: then each element is a sum of its own. */

op_infer_f ops_infer_reduce;

int ops_couple_reduce(struct coupling *c, const struct graph *g,
                      const struct node *n, const char *reason,
                      struct prune_error *err);
int ops_lower_reduce(struct lowering *l, const struct graph *g,
                     const struct node *n, enum reduce f,
                     struct prune_error *err);

/* The same of a function of the input, and then a function of the sums:
 * norms and logarithms. */
enum ops_before { OPS_AS_IS, OPS_ABS, OPS_SQUARE };
enum ops_after { OPS_DONE, OPS_SQRT, OPS_LOG };
int ops_lower_sum_of(struct lowering *l, const struct graph *g,
                     const struct node *n, enum ops_before before,
                     enum ops_after after, struct prune_error *err);

/* How elements of any type are gathered up, from `start` on: floats in
 * doubles, integers in 64 bits that wrap around. Without the functions for
 * integers those go through doubles, and what results is cut towards zero. */
struct ops_reduction {
    double start;
    double (*add)(double sum, double x);
    double (*end)(double sum, int64_t n); /* NULL: the sum */
    int64_t whole_start;
    int64_t (*whole_add)(int64_t sum, int64_t x, enum dtype t);
    int64_t (*whole_end)(int64_t sum, int64_t n); /* NULL: the sum */
    int by_largest; /* x is taken less the largest of its sum, as a second
                       look at the elements: for exponentials */
};

/* Output 0's shape of input 0's, and the mask of axes that are reduced. */
struct ints;
int ops_reduced_shape(struct shape *out, unsigned *mask, const struct node *n,
                      const struct shape *x, const struct ints *axes,
                      struct prune_error *err);

int ops_host_reduce(struct host_call *c, const struct ops_reduction *r,
                    struct prune_error *err);

/* The least and the greatest number of an integer type, as 64 bits. */
int64_t ops_least(enum dtype t);
int64_t ops_greatest(enum dtype t);

#endif
