#include "engine/window.h"

/* A tile of one output row is summed in doubles before it is rounded. */
enum { TILE = 64 };

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct prim_conv *c = &p->conv;
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *w = &slots[p->in[1]].shape;
    const struct shape *o = &slots[p->out].shape;
    if (c->space < 1 || c->space > MAX_SPACE)
        return "it has one to three spatial axes";
    if (x->rank != c->space + 2 || w->rank != x->rank || o->rank != x->rank)
        return "the ranks of input, weight and output differ";
    if (c->groups < 1 || w->dims[0] % c->groups != 0 ||
        x->dims[1] % c->groups != 0 ||
        w->dims[1] != x->dims[1] / c->groups)
        return "the weight's channels do not fit the input and the groups";
    if (o->dims[0] != x->dims[0] || o->dims[1] != w->dims[0])
        return "the output's channels do not fit the weight";
    if (p->n_in == 3 && p->in[2] >= 0 &&
        (slots[p->in[2]].shape.rank != 1 ||
         slots[p->in[2]].shape.dims[0] != w->dims[0]))
        return "the bias does not fit the weight";
    struct window win;
    window_of_conv(&win, c, x, w, o);
    return window_fits(&win) ? NULL : "the spatial sizes do not fit";
}

/* acc[0 … to-from) += tap * the input under it; x is one input row. */
static void add_tap(double *acc, const struct window *w, const float *x,
                    double tap, int64_t kx, int64_t from, int64_t to)
{
    int64_t low = from, high = to;
    window_range(w, 2, kx, &low, &high);
    int64_t shift = kx * w->dilation[2] - w->pad_low[2];
    int64_t step = w->stride[2];
    for (int64_t i = low; i < high; i++)
        acc[i - from] += tap * (double)x[i * step + shift];
}

/* One tile of one output row; x [C,D,H,W], weight [C,kd,kh,kw]. */
static void tile(double *acc, const struct window *w, int64_t channels,
                 const float *x, const float *weight, int64_t oz, int64_t oy,
                 int64_t from, int64_t to)
{
    int64_t plane = w->in[0] * w->in[1] * w->in[2];
    for (int64_t c = 0; c < channels; c++, x += plane)
        for (int64_t kz = 0; kz < w->kernel[0]; kz++) {
            int64_t z = oz * w->stride[0] + kz * w->dilation[0] -
                        w->pad_low[0];
            for (int64_t ky = 0; ky < w->kernel[1]; ky++) {
                int64_t y = oy * w->stride[1] + ky * w->dilation[1] -
                            w->pad_low[1];
                int inside = z >= 0 && z < w->in[0] && y >= 0 &&
                             y < w->in[1];
                for (int64_t kx = 0; inside && kx < w->kernel[2]; kx++)
                    add_tap(acc, w, x + (z * w->in[1] + y) * w->in[2],
                            (double)weight[kx], kx, from, to);
                weight += w->kernel[2];
            }
        }
}

/* One output plane; x [C,D,H,W], weight [C,kd,kh,kw], out [D',H',W']. */
static void plane(float *out, const struct window *w, int64_t channels,
                  const float *x, const float *weight, double bias)
{
    double acc[TILE];
    for (int64_t oz = 0; oz < w->out[0]; oz++)
        for (int64_t oy = 0; oy < w->out[1]; oy++)
            for (int64_t from = 0; from < w->out[2]; from += TILE) {
                int64_t to = from + TILE;
                if (to > w->out[2])
                    to = w->out[2];
                for (int64_t i = 0; i < to - from; i++)
                    acc[i] = bias;
                tile(acc, w, channels, x, weight, oz, oy, from, to);
                for (int64_t i = 0; i < to - from; i++)
                    *out++ = (float)acc[i];
            }
}

/* x [N,C,…], w [M,C/groups,…], b [M]; out [N,M,…] */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *k = &slots[p->in[1]].shape;
    const struct shape *o = &slots[p->out].shape;
    const float *bias = p->n_in > 2 ? in[2] : NULL;
    struct window w;
    window_of_conv(&w, &p->conv, x, k, o);
    int64_t x_image = shape_span(x, 1, x->rank);
    int64_t x_plane = shape_span(x, 2, x->rank);
    int64_t o_plane = shape_span(o, 2, o->rank);
    int64_t filter = shape_span(k, 1, k->rank);
    int64_t per_group = k->dims[0] / p->conv.groups;
    for (int64_t n = 0; n < x->dims[0]; n++)
        for (int64_t m = 0; m < k->dims[0]; m++) {
            int64_t first = m / per_group * k->dims[1];
            plane(out, &w, k->dims[1], in[0] + n * x_image + first * x_plane,
                  in[1] + m * filter, bias != NULL ? (double)bias[m] : 0.0);
            out += o_plane;
        }
}

const struct prim_kind prim_conv = {
    .name = "conv",
    .min_in = 2,
    .max_in = 3,
    .check = check,
    .run = run,
};
