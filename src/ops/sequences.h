#ifndef OPS_SEQUENCES_H
#define OPS_SEQUENCES_H

#include "graph/host.h"

/* What operators of sequences and of subgraphs have in common. */

/* Input i, which must be a sequence: borrowed, or NULL with PRUNE_E_INPUT
 * set. */
const struct datum *ops_sequence(const struct host_call *c, int i,
                                 struct prune_error *err);

/* The single integer or truth value that input i is. `other` when it is
 * absent. */
int ops_host_int(const struct host_call *c, int i, int64_t other,
                 int64_t *out, struct prune_error *err);

/* A position in a sequence of n: negative ones count from the end. Absent:
 * `other`. Allowed are 0 … most. */
int ops_position(const struct host_call *c, int i, int64_t n, int64_t most,
                 int64_t other, int64_t *out, struct prune_error *err);

/* The subgraph of that name with as many inputs and outputs (-1: any
 * number), when it can be run here. */
int ops_body(const struct graph **out, const struct host_call *c,
             const char *name, int n_in, int n_out, struct prune_error *err);

/* A tensor of rank 0 around one element's bytes. */
int ops_scalar_datum(struct datum **out, enum dtype dtype, const void *bytes,
                     struct prune_error *err);

/* Drops n references and forgets them. */
void ops_drop(struct datum **data, int64_t n);

/* Position i of t along axis, which is gone in the result. */
int ops_take_slab(struct tensor **out, const struct tensor *t, int axis,
                  int64_t i, struct prune_error *err);

/* to[..., at + k, ...] = from[..., k, ...] along axis, for `n` positions of
 * it; `from` may lack the axis when n is 1. */
void ops_put_slab(struct tensor *to, int axis, int64_t at, int64_t n,
                  const struct tensor *from);

#endif
