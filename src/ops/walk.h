#ifndef OPS_WALK_H
#define OPS_WALK_H

#include "graph/tensor.h"

/* Goes through tensors that are broadcast to one shape, row by row: a row is
 * a run of elements along which each of them either steps by one element or
 * repeats one. Axes that all of them have in common are merged, so that
 * tensors of equal shape are one single row. */

enum { WALK_MAX = 3 };

struct walk {
    int n, rank;
    int64_t dims[MAX_RANK], index[MAX_RANK];
    int64_t strides[WALK_MAX][MAX_RANK];
    int64_t row;          /* elements of a row */
    int64_t at[WALK_MAX]; /* where the row begins in each of them */
    int step[WALK_MAX];   /* 1, or 0: one element for the whole row */
};

/* The first row of `to`, to which n shapes broadcast; 0 when there is none.
 * Rows come in the order of to's elements. */
int walk_begin(struct walk *w, const struct shape *to,
               const struct shape *const *shapes, int n);
/* The next row; 0 after the last one. */
int walk_next(struct walk *w);

#endif
