#ifndef ENGINE_WINDOW_H
#define ENGINE_WINDOW_H

#include "engine/prim.h"

/* A window sliding over up to three spatial axes, filled up in front with
 * axes of size 1, so that kernels are written once for three. */
struct window {
    int64_t in[MAX_SPACE], out[MAX_SPACE], kernel[MAX_SPACE];
    int64_t stride[MAX_SPACE], dilation[MAX_SPACE];
    int64_t pad_low[MAX_SPACE], pad_high[MAX_SPACE], extra[MAX_SPACE];
};

/* Sizes 1, steps 1, no padding. */
static inline void window_init(struct window *w)
{
    for (int i = 0; i < MAX_SPACE; i++) {
        w->in[i] = w->out[i] = w->kernel[i] = 1;
        w->stride[i] = w->dilation[i] = 1;
        w->pad_low[i] = w->pad_high[i] = w->extra[i] = 0;
    }
}

void window_of_conv(struct window *w, const struct prim_conv *p,
                    const struct shape *x, const struct shape *weight,
                    const struct shape *out);
void window_of_pool(struct window *w, const struct prim_pool *p,
                    const struct shape *x, const struct shape *out);

/* Whether the sizes are what the formula gives:
 * out = (in + pads - dilation (kernel - 1) - 1) / stride + 1. */
int window_fits(const struct window *w);

/* The first and one past the last output position, within [from, to),
 * whose tap `k` along `axis` falls into the input. */
static inline void window_range(const struct window *w, int axis, int64_t k,
                                int64_t *from, int64_t *to)
{
    int64_t shift = k * w->dilation[axis] - w->pad_low[axis];
    int64_t s = w->stride[axis];
    int64_t low = shift >= 0 ? 0 : (-shift + s - 1) / s;
    int64_t room = w->in[axis] - 1 - shift;
    int64_t high = room < 0 ? 0 : room / s + 1;
    if (*from < low)
        *from = low;
    if (*to > high)
        *to = high;
}

#endif
