#ifndef ENGINE_ND_H
#define ENGINE_ND_H

#include "graph/tensor.h"

/* Walking over the elements of a tensor of any rank. */

/* Row-major strides, in elements. */
static inline void nd_strides(const struct shape *s, int64_t out[MAX_RANK])
{
    int64_t step = 1;
    for (int i = s->rank - 1; i >= 0; i--) {
        out[i] = step;
        step *= s->dims[i];
    }
}

/* Row-major strides of `s` as seen from the shape `to` it is broadcast to:
 * 0 along axes that are repeated or absent. */
static inline void nd_broadcast_strides(const struct shape *s,
                                        const struct shape *to,
                                        int64_t out[MAX_RANK])
{
    int64_t own[MAX_RANK] = {0};
    nd_strides(s, own);
    int lead = to->rank - s->rank;
    for (int i = 0; i < to->rank; i++)
        out[i] = i < lead || s->dims[i - lead] == 1 ? 0 : own[i - lead];
}

/* The next index below `dims`, last axis fastest; 0 after the last one. */
static inline int nd_next(int64_t index[MAX_RANK],
                          const int64_t dims[MAX_RANK], int rank)
{
    for (int i = rank - 1; i >= 0; i--) {
        if (++index[i] < dims[i])
            return 1;
        index[i] = 0;
    }
    return 0;
}

static inline int64_t nd_at(const int64_t index[MAX_RANK],
                            const int64_t strides[MAX_RANK], int rank)
{
    int64_t at = 0;
    for (int i = 0; i < rank; i++)
        at += index[i] * strides[i];
    return at;
}

/* out[i...] = in[sum of i * strides], out row-major of shape `s`. */
void nd_gather(float *out, const struct shape *s, const float *in,
               const int64_t strides[MAX_RANK]);

#endif
