#include <math.h>

#include "engine/window.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    if (p->pool.space < 1 || p->pool.space > MAX_SPACE)
        return "it has one to three spatial axes";
    if (x->rank != p->pool.space + 2 || o->rank != x->rank)
        return "the ranks of input and output do not fit";
    if (x->dims[0] != o->dims[0] || x->dims[1] != o->dims[1])
        return "images and channels of input and output differ";
    struct window w;
    window_of_pool(&w, &p->pool, x, o);
    return window_fits(&w) ? NULL : "the spatial sizes do not fit";
}

/* One output from the window at o[]; x [D,H,W]. */
static float window_at(const struct window *w, enum pool_mode mode,
                       const float *x, const int64_t o[MAX_SPACE])
{
    double sum = 0.0;
    float most = -INFINITY;
    int64_t inside = 0, counted = 0, k[MAX_SPACE];
    for (k[0] = 0; k[0] < w->kernel[0]; k[0]++)
        for (k[1] = 0; k[1] < w->kernel[1]; k[1]++)
            for (k[2] = 0; k[2] < w->kernel[2]; k[2]++) {
                int in = 1, padded = 1;
                int64_t at = 0;
                for (int i = 0; i < MAX_SPACE; i++) {
                    int64_t j = o[i] * w->stride[i] +
                                k[i] * w->dilation[i] - w->pad_low[i];
                    in &= j >= 0 && j < w->in[i];
                    padded &= j < w->in[i] + w->pad_high[i];
                    at = at * w->in[i] + j;
                }
                counted += padded;
                inside += in;
                if (in) {
                    sum += (double)x[at];
                    most = x[at] > most ? x[at] : most;
                }
            }
    if (mode == POOL_MAX)
        return most;
    if (mode == POOL_MEAN)
        counted = inside;
    return counted > 0 ? (float)(sum / (double)counted) : 0.0F;
}

/* x [N,C,…]; out [N,C,…] */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    struct window w;
    window_of_pool(&w, &p->pool, x, &slots[p->out].shape);
    int64_t plane = shape_span(x, 2, x->rank), o[MAX_SPACE];
    for (int64_t c = 0; c < x->dims[0] * x->dims[1]; c++)
        for (o[0] = 0; o[0] < w.out[0]; o[0]++)
            for (o[1] = 0; o[1] < w.out[1]; o[1]++)
                for (o[2] = 0; o[2] < w.out[2]; o[2]++)
                    *out++ = window_at(&w, p->pool.mode, in[0] + c * plane,
                                       o);
}

const struct prim_kind prim_pool = {
    .name = "pool",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
