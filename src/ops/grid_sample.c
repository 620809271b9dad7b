#include <math.h>
#include <string.h>

#include "ops/floats.h"
#include "ops/infer.h"

/* x [N,C,...], grid [N,out...,S] with S coordinates between -1 and 1, the
 * last axis first; y [N,C,out...]. S is 2 or, since opset 20, 3. */

enum { MOST_SPACE = 3, MOST_TAPS = 4 };
enum mode { NEAREST, LINEAR, CUBIC };
enum padding { ZEROS, BORDER, REFLECTION };

struct sampling {
    enum mode mode;
    enum padding padding;
    int corners, space;
    int64_t in[MOST_SPACE], each; /* sizes of x, and their product */
};

/* What is read along one axis; an index of -1 is a zero. */
struct taps {
    int n;
    int64_t at[MOST_TAPS];
    double weight[MOST_TAPS];
};

static int read_attributes(struct sampling *s, const struct node *n,
                           struct prune_error *err)
{
    const char *mode = node_text(n, "mode", "linear");
    const char *pad = node_text(n, "padding_mode", "zeros");
    s->corners = node_int(n, "align_corners", 0) != 0;
    s->mode = strcmp(mode, "nearest") == 0 ? NEAREST
              : strstr(mode, "cubic")      ? CUBIC
                                           : LINEAR;
    s->padding = strcmp(pad, "border") == 0       ? BORDER
                 : strcmp(pad, "reflection") == 0 ? REFLECTION
                                                  : ZEROS;
    if (s->mode == LINEAR && !strstr(mode, "linear"))
        return ops_bad(n, err, "mode \"%.40s\" is not known", mode);
    if (s->padding == ZEROS && strcmp(pad, "zeros") != 0)
        return ops_bad(n, err, "padding_mode \"%.40s\" is not known", pad);
    return 0;
}

/* Output shape, after a check of both inputs. */
static int find_shape(struct shape *out, const struct shape *x,
                      const struct shape *grid, const struct node *n,
                      struct prune_error *err)
{
    char a[96], b[96];
    int space = x->rank - 2, ok = space >= 2 && space <= MOST_SPACE;
    ok = ok && grid->rank == x->rank && grid->dims[grid->rank - 1] == space &&
         grid->dims[0] == x->dims[0];
    if (!ok)
        return ops_bad(n, err, "a grid of shape %s for an input of %s",
                       shape_text(grid, a), shape_text(x, b));
    *out = *x;
    for (int k = 0; k < space; k++)
        out->dims[2 + k] = grid->dims[1 + k];
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out;
    int e = find_shape(&out, &x->shape, &node_in(g, n, 1)->shape, n, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

/* Thrown back at both ends until it is between them. */
static double reflect(double x, double low, double high)
{
    double range = high - low;
    if (!(range > 0.0) || !isfinite(x))
        return low;
    double d = fmod(fabs(x - low), 2.0 * range);
    return d <= range ? low + d : low + 2.0 * range - d;
}

static double clamp(double x, double low, double high)
{
    return x >= low ? x <= high ? x : high : low; /* a NaN becomes low */
}

/* The position itself, kept in by the padding; `size` is not 0. */
static double settle(const struct sampling *s, double x, int64_t size)
{
    double edge = s->corners ? 0.0 : 0.5, last = (double)size - 1.0;
    if (x >= -edge && x <= last + edge)
        return x;
    if (s->padding == BORDER)
        return clamp(x, 0.0, last);
    if (s->padding == REFLECTION)
        return reflect(x, -edge, last + edge);
    return clamp(x, -16.0, (double)size + 16.0); /* all zeros out there */
}

static int64_t pixel(const struct sampling *s, double x, int64_t size)
{
    double edge = s->corners ? 0.0 : 0.5, last = (double)size - 1.0;
    if (x >= 0.0 && x <= last)
        return (int64_t)x;
    if (s->padding == ZEROS)
        return -1;
    if (s->padding == REFLECTION)
        x = nearbyint(reflect(x, -edge, last + edge));
    return (int64_t)clamp(x, 0.0, last);
}

static double cubic(double d)
{
    const double a = -0.75;
    d = fabs(d);
    if (d <= 1.0)
        return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
    return d < 2.0 ? ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a : 0.0;
}

static void find_taps(struct taps *t, const struct sampling *s, double given,
                      int64_t size)
{
    double x = s->corners ? (given + 1.0) / 2.0 * ((double)size - 1.0)
                          : ((given + 1.0) * (double)size - 1.0) / 2.0;
    if (s->mode == NEAREST)
        x = nearbyint(x);
    x = settle(s, x, size);
    double base = s->mode == NEAREST ? nearbyint(x) : floor(x);
    t->n = s->mode == NEAREST ? 1 : s->mode == LINEAR ? 2 : 4;
    for (int i = 0; i < t->n; i++) {
        double at = base + i - (s->mode == CUBIC);
        t->at[i] = pixel(s, at, size);
        t->weight[i] = s->mode == NEAREST  ? 1.0
                       : s->mode == LINEAR ? 1.0 - fabs(x - at)
                                           : cubic(x - at);
    }
}

static double sample(const struct sampling *s, const float *x,
                     const struct taps *t)
{
    static const struct taps one = {1, {0}, {1.0}};
    const struct taps *third = s->space > 2 ? &t[2] : &one;
    int64_t columns = s->in[s->space - 1], rows = s->in[s->space - 2];
    double sum = 0.0;
    for (int k = 0; k < third->n; k++)
        for (int j = 0; j < t[1].n; j++)
            for (int i = 0; i < t[0].n; i++) {
                if (third->at[k] < 0 || t[1].at[j] < 0 || t[0].at[i] < 0)
                    continue;
                int64_t at = (third->at[k] * rows + t[1].at[j]) * columns +
                             t[0].at[i];
                sum += third->weight[k] * t[1].weight[j] * t[0].weight[i] *
                       (double)x[at];
            }
    return sum;
}

/* t[0] is of the last axis: as the grid has it. */
static void run(const struct sampling *s, const struct tensor *x,
                const struct tensor *grid, struct tensor *y)
{
    const struct shape *o = &y->shape;
    int64_t outs = shape_span(o, 2, o->rank), channels = o->dims[1];
    for (int64_t i = 0; i < o->dims[0] * outs; i++) {
        const float *at = tensor_f32(grid) + i * s->space;
        int64_t image = i / outs * channels;
        struct taps t[MOST_SPACE];
        for (int k = 0; k < s->space; k++)
            find_taps(&t[k], s, (double)at[k], s->in[s->space - 1 - k]);
        for (int64_t c = 0; c < channels; c++)
            tensor_f32(y)[(image + c) * outs + i % outs] = (float)sample(
                s, tensor_f32(x) + (image + c) * s->each, t);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct sampling s = {0};
    struct tensor *x = NULL, *grid = NULL, *y = NULL;
    struct shape out = {0};
    int e = host_need(c, 0, err) && host_need(c, 1, err) ? 0 : PRUNE_E_INPUT;
    (void)(e || (e = read_attributes(&s, c->node, err)) ||
           (e = find_shape(&out, &host_in(c, 0)->shape,
                           &host_in(c, 1)->shape, c->node, err)) ||
           (e = ops_floats_in(&x, c, 0, err)) ||
           (e = ops_floats_in(&grid, c, 1, err)) ||
           (e = ops_floats_out(&y, c, 0, host_in(c, 0)->dtype, &out, err)));
    if (!e) {
        s.space = out.rank - 2;
        s.each = shape_span(&x->shape, 2, x->shape.rank);
        for (int k = 0; k < s.space; k++)
            s.in[k] = x->shape.dims[2 + k];
        if (s.each > 0)
            run(&s, x, grid, y);
        else if (y->size)
            e = host_bad(c, err, "its input is empty");
    }
    tensor_unref(x);
    tensor_unref(grid);
    if (!e)
        return ops_floats_give(c, 0, y, host_in(c, 0)->dtype, err);
    tensor_unref(y);
    return e;
}

const struct op op_grid_sample = {
    .name = "GridSample",
    .domain = "",
    .since = 16,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .host = host,
};
