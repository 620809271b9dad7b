#ifndef GRAPH_TENSOR_H
#define GRAPH_TENSOR_H

#include <stdint.h>

#include "base/err.h"
#include "graph/dtype.h"

enum { MAX_RANK = 8 };

/* Sizes of a tensor, outermost first. rank -1: nothing is known; a size of
 * -1: this one is not known. A zeroed struct is a scalar. */
struct shape {
    int rank;
    int64_t dims[MAX_RANK];
};

#define SHAPE_UNKNOWN ((struct shape){.rank = -1})

/* Product of the sizes; -1 when one is unknown or those that are not 0 do
 * not fit. */
int64_t shape_numel(const struct shape *s);
int shape_known(const struct shape *s);
int shape_equal(const struct shape *a, const struct shape *b);
/* "1x3x224x224"; unknown sizes as "?"; a scalar as "scalar". */
const char *shape_text(const struct shape *s, char out[static 96]);
/* Product of dims[from … to-1]. */
int64_t shape_span(const struct shape *s, int from, int to);
/* Numpy broadcasting of two shapes; PRUNE_E_INPUT when they do not fit. */
int shape_broadcast(struct shape *out, const struct shape *a,
                    const struct shape *b, struct prune_error *err);
/* `axis` (may be negative) to 0 … rank-1, or -1 when out of range. */
int shape_axis(int rank, int64_t axis);

/* A constant: elements in row-major order. Tensors are counted references
 * and never changed once shared: graphs that are clones of each other share
 * their weights. A change makes a new tensor (or tensor_own). One thread. */
struct tensor {
    enum dtype dtype;
    struct shape shape;
    size_t size;  /* bytes */
    void *data;   /* 64-byte aligned unless it stands in a mapped file */
    int refs;
    int borrowed; /* data belongs to `owner` */
    void *owner;  /* kept alive by owner_unref(owner) */
    void (*owner_unref)(void *owner);
};

/* Zeroed elements, one reference. The shape must be whole; more than
 * `TENSOR_MAX_BYTES` is refused before memory is taken. */
#define TENSOR_MAX_BYTES ((int64_t)1 << 36)
int tensor_new(struct tensor **out, enum dtype dtype,
               const struct shape *shape, struct prune_error *err);
struct tensor *tensor_ref(struct tensor *t);
void tensor_unref(struct tensor *t); /* NULL is fine */

/* Makes *t a tensor that nobody else holds, copying when needed. */
int tensor_own(struct tensor **t, struct prune_error *err);

static inline float *tensor_f32(const struct tensor *t)
{
    return (float *)t->data;
}

int64_t tensor_numel(const struct tensor *t);
/* Elements that are not zero (a negative zero is zero); float32 only,
 * all elements for the other types. */
int64_t tensor_nonzeros(const struct tensor *t);
/* Element i of an integer tensor (int32, int64, uint8, bool …); 0 for
 * other types. */
int64_t tensor_int(const struct tensor *t, int64_t i);

/* A new tensor with only the positions `keep[0 … n-1]` of `axis`, in that
 * order. */
int tensor_take(struct tensor **out, const struct tensor *t, int axis,
                const int64_t *keep, int64_t n, struct prune_error *err);

#endif
