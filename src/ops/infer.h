#ifndef OPS_INFER_H
#define OPS_INFER_H

#include "graph/op.h"

/* What operators' inference has in common. */

/* PRUNE_E_INPUT saying what is wrong; graph_infer adds the node's name. */
int ops_bad(const struct node *n, struct prune_error *err, const char *format,
            ...) __attribute__((format(printf, 3, 4)));

/* Gives output i its shape and type; an absent output is fine. A shape that
 * no memory could hold is refused in the node's name. */
int ops_out(struct graph *g, const struct node *n, int i,
            const struct shape *shape, enum dtype dtype,
            struct prune_error *err);

/* Outputs have the type of input 0 and a shape that is only known when the
 * node is run: gives PRUNE_E_UNSUPPORTED, which says so to graph_infer. */
int ops_out_late(struct graph *g, const struct node *n);

/* Output 0 is like input 0: shape and type, and for the second of the two
 * the integers that are known of it. */
op_infer_f ops_infer_same, ops_infer_pass;

/* Output 0 has the shape that all inputs broadcast to. */
op_infer_f ops_infer_broadcast;

/* Before opset 7 the second input of Add, Mul … was laid along the first
 * one's axes from `axis` on: that axis, or -1 where today's rule holds. A
 * PRelu's slopes stood for channels. */
int ops_old_axis(const struct graph *g, const struct node *n);

/* An axis of input 0 in 0 … rank-1, or PRUNE_E_INPUT. */
int ops_axis(const struct graph *g, const struct node *n, int64_t axis,
             int *out, struct prune_error *err);

/* The same of an input of `rank` axes. */
int ops_axis_of(const struct node *n, int rank, int64_t axis, int *out,
                struct prune_error *err);

/* Product of two counts, or INT64_MAX when it does not fit. */
int64_t ops_times(int64_t a, int64_t b);

/* Multiply-accumulates of `each` for every element of a shape; 0 while the
 * shape is unknown. */
int64_t ops_macs(const struct shape *shape, int64_t each);

/* Whether input i is present and a float constant of two elements or more:
 * what a parameter looks like. */
int ops_is_parameter(const struct graph *g, const struct node *n, int i);

#endif
