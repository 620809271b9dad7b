#ifndef OPS_MOVE_H
#define OPS_MOVE_H

#include "graph/host.h"

/* Copying elements of any type from one order to another. */

/* For every index below `dims`, the element at index * from goes to
 * index * to; steps are in elements and may be negative or, of the source,
 * 0. What follows each other on both sides is copied in one go. */
struct move {
    int rank;
    int64_t dims[MAX_RANK], from[MAX_RANK], to[MAX_RANK];
};

/* `to` and `from` point at the elements of index 0; `item` is an element's
 * bytes. The caller has checked that all of them are in memory. */
void ops_move(void *to, const void *from, const struct move *m, size_t item);

/* Row-major steps of a shape, in elements. Those of a tensor without any
 * elements may be anything: its other sizes are not bounded. */
void ops_strides(int64_t out[static MAX_RANK], const struct shape *s);

/* A move into all of a tensor of that shape, from one of shape `x` that has
 * as many axes; steps are those of x, to be changed by the caller. */
void ops_move_into(struct move *m, const struct shape *out,
                   const struct shape *x);

/* n blocks of `size` bytes, of which the sizes of single elements are
 * copied without a call each: block i goes from from + at[i] * size to
 * to + i * size. */
void ops_pick(void *to, const void *from, const int64_t *at, int64_t n,
              size_t size);

/* Positions along an axis of `size`: the elements of an integer tensor, of
 * which negative ones count from the end. New memory, or a code: one
 * outside is PRUNE_E_INPUT. */
int ops_positions(int64_t **out, const struct host_call *c,
                  const struct tensor *t, int64_t size,
                  struct prune_error *err);

/* The same elements but of another shape, output 0 of input 0; the shape is
 * what the function says of the input's. */
typedef int ops_reshape_f(struct shape *out, const struct host_call *c,
                          const struct shape *x, struct prune_error *err);
int ops_host_reshape(struct host_call *c, ops_reshape_f *f,
                     struct prune_error *err);

/* Whether t is of integers that may be indices. */
int ops_is_index(const struct tensor *t);

#endif
