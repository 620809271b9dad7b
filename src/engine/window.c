#include "engine/window.h"

/* Larger steps and pads cannot come from a network that means it, and
 * would overflow the arithmetic below. */
#define LARGEST ((int64_t)1 << 30)

void window_of_conv(struct window *w, const struct prim_conv *p,
                    const struct shape *x, const struct shape *weight,
                    const struct shape *out)
{
    window_init(w);
    for (int i = 0, to = MAX_SPACE - p->space; i < p->space; i++, to++) {
        w->in[to] = x->dims[2 + i];
        w->out[to] = out->dims[2 + i];
        w->kernel[to] = weight->dims[2 + i];
        w->stride[to] = p->stride[i];
        w->dilation[to] = p->dilation[i];
        w->pad_low[to] = p->pad_low[i];
        w->pad_high[to] = p->pad_high[i];
    }
}

void window_of_pool(struct window *w, const struct prim_pool *p,
                    const struct shape *x, const struct shape *out)
{
    window_init(w);
    for (int i = 0, to = MAX_SPACE - p->space; i < p->space; i++, to++) {
        w->in[to] = x->dims[2 + i];
        w->out[to] = out->dims[2 + i];
        w->kernel[to] = p->kernel[i];
        w->stride[to] = p->stride[i];
        w->dilation[to] = p->dilation[i];
        w->pad_low[to] = p->pad_low[i];
        w->pad_high[to] = p->pad_high[i];
        w->extra[to] = p->ceil_extra[i];
    }
}

static int usable(int64_t n, int64_t least)
{
    return n >= least && n <= LARGEST;
}

int window_fits(const struct window *w)
{
    for (int i = 0; i < MAX_SPACE; i++) {
        if (!usable(w->kernel[i], 1) || !usable(w->stride[i], 1) ||
            !usable(w->dilation[i], 1) || !usable(w->pad_low[i], 0) ||
            !usable(w->pad_high[i], 0) || !usable(w->extra[i], 0) ||
            !usable(w->in[i], 0))
            return 0;
        int64_t room = w->in[i] + w->pad_low[i] + w->pad_high[i] +
                       w->extra[i] - w->dilation[i] * (w->kernel[i] - 1) - 1;
        if (room < 0 || w->out[i] != room / w->stride[i] + 1)
            return 0;
    }
    return 1;
}
