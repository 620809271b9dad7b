#include "ops/resize_axis.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "ops/infer.h"

/* --- how long the axes become ------------------------------------------ */

/* The axes that scales and sizes are told of; all of them by default. */
static int told_axes(const struct node *n, int rank, int64_t count, int *axes,
                     struct prune_error *err)
{
    int64_t list[MAX_RANK] = {0};
    const struct attr *a = node_attr(n, "axes");
    int64_t many = a ? node_ints(n, "axes", list, MAX_RANK) : rank;

    if (many != count || many > rank)
        return ops_bad(n, err, "%lld scales or sizes for %lld axes",
                       (long long)count, (long long)many);
    for (int i = 0; i < many; i++) {
        axes[i] = a ? shape_axis(rank, list[i]) : i;
        if (axes[i] < 0)
            return ops_bad(n, err, "it has no axis %lld", (long long)list[i]);
    }
    return 0;
}

static int set_scale(struct resize *r, const struct node *n, int axis,
                     double scale, struct prune_error *err)
{
    double size = floor((double)r->out.dims[axis] * scale);

    if (!(scale > 0 && size >= 0 && size < 1e9))
        return ops_bad(n, err, "a scale of %g", scale);
    r->scale[axis] = scale;
    r->out.dims[axis] = (int64_t)size;
    return 0;
}

/* One scale for all axes that are told of, so that the aspect ratio stays
 * (opset 18). */
static double common_scale(const struct resize *r, const struct tensor *sizes,
                           const int *axes, int larger)
{
    double scale = larger ? 0 : INFINITY;

    for (int64_t i = 0; i < tensor_numel(sizes); i++) {
        double s = (double)tensor_int(sizes, i) /
                   (double)r->out.dims[axes[i]];
        scale = larger ? fmax(scale, s) : fmin(scale, s);
    }
    return scale;
}

static int by_sizes(struct resize *r, const struct node *n,
                    const struct tensor *sizes, const int *axes,
                    struct prune_error *err)
{
    const char *policy = node_text(n, "keep_aspect_ratio_policy", "stretch");
    int stretch = !strcmp(policy, "stretch");
    double common = stretch ? 0
                            : common_scale(r, sizes, axes,
                                           !strcmp(policy, "not_smaller"));

    for (int64_t i = 0; i < tensor_numel(sizes); i++) {
        int64_t from = r->out.dims[axes[i]], to = tensor_int(sizes, i);
        if (!stretch)
            to = (int64_t)floor(common * (double)from + 0.5);
        if (to < 0 || to > 1 << 30)
            return ops_bad(n, err, "a size of %lld", (long long)to);
        r->out.dims[axes[i]] = to;
        r->scale[axes[i]] = stretch ? (double)to / (double)from : common;
    }
    return 0;
}

static int by_scales(struct resize *r, const struct node *n,
                     const float *scales, int64_t count, const int *axes,
                     struct prune_error *err)
{
    int e = 0;

    for (int64_t i = 0; !e && i < count; i++)
        e = set_scale(r, n, axes[i], (double)scales[i], err);
    return e;
}

static int is_there(const struct tensor *t)
{
    return t && tensor_numel(t) > 0;
}

/* roi: starts of all axes told of, then their ends, in shares of the axis. */
static void set_region(struct resize *r, const struct tensor *roi,
                       const int *axes, int64_t count)
{
    if (!is_there(roi) || roi->dtype != DTYPE_F32 ||
        tensor_numel(roi) != 2 * count)
        return;
    for (int64_t i = 0; i < count; i++) {
        r->start[axes[i]] = (double)tensor_f32(roi)[i];
        r->end[axes[i]] = (double)tensor_f32(roi)[count + i];
    }
}

int resize_plan(struct resize *r, const struct node *n, const struct shape *x,
                const struct tensor *scales, const struct tensor *sizes,
                const struct tensor *roi, struct prune_error *err)
{
    const struct attr *a = node_attr(n, "scales");
    const float *list = a && a->type == ATTR_FLOATS ? a->floats : NULL;
    int64_t count = list ? a->n : 0;
    int axes[MAX_RANK], e;

    r->out = *x;
    for (int i = 0; i < MAX_RANK; i++) {
        r->scale[i] = r->end[i] = 1;
        r->start[i] = 0;
    }
    if (is_there(scales) && scales->dtype == DTYPE_F32) {
        list = tensor_f32(scales);
        count = tensor_numel(scales);
    }
    if (is_there(sizes))
        count = tensor_numel(sizes);
    else if (!list)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "%s: its sizes depend on the data", n->type);
    e = told_axes(n, x->rank, count, axes, err);
    if (e)
        return e;
    set_region(r, roi, axes, count);
    return is_there(sizes) ? by_sizes(r, n, sizes, axes, err)
                           : by_scales(r, n, list, count, axes, err);
}

/* --- where a position comes from --------------------------------------- */

struct place {
    const char *mode;
    double scale, in, out, start, end;
};

static double source_of(const struct place *p, double x)
{
    if (!strcmp(p->mode, "asymmetric"))
        return x / p->scale;
    if (!strcmp(p->mode, "align_corners"))
        return p->out <= 1 ? 0 : x * (p->in - 1) / (p->scale * p->in - 1);
    if (!strcmp(p->mode, "pytorch_half_pixel") && p->out <= 1)
        return 0;
    if (!strcmp(p->mode, "tf_half_pixel_for_nn"))
        return (x + 0.5) / p->scale;
    if (!strcmp(p->mode, "tf_crop_and_resize"))
        return p->out > 1 ? p->start * (p->in - 1) +
                                x * (p->end - p->start) * (p->in - 1) /
                                    (p->out - 1)
                          : 0.5 * (p->start + p->end) * (p->in - 1);
    double half = (x + 0.5) / p->scale - 0.5;
    if (!strcmp(p->mode, "half_pixel_symmetric"))
        half += p->in / 2 * (1 - p->out / (p->scale * p->in));
    return half;
}

static int64_t nearest(const char *mode, double x)
{
    if (!strcmp(mode, "floor"))
        return (int64_t)floor(x);
    if (!strcmp(mode, "ceil"))
        return (int64_t)ceil(x);
    if (!strcmp(mode, "round_prefer_ceil"))
        return (int64_t)floor(x + 0.5);
    return (int64_t)ceil(x - 0.5);
}

/* The kernel at distance d: a triangle, or Keys' cubic (R. Keys, "Cubic
 * Convolution Interpolation for Digital Image Processing", 1981). */
static double kernel_at(int cubic, double a, double d)
{
    d = fabs(d);
    if (!cubic)
        return d < 1 ? 1 - d : 0;
    if (d <= 1)
        return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

struct filter {
    int cubic, exclude, taps;
    double a, shrink; /* < 1: the kernel is widened against aliases */
};

/* Weights of the taps around x; positions beyond the ends repeat these, or
 * weigh nothing. */
static void weigh(const struct filter *f, double x, int64_t n, int64_t *index,
                  float *weight)
{
    double reach = (f->cubic ? 2 : 1) / f->shrink, sum = 0;
    int64_t first = (int64_t)floor(x - reach) + 1;
    double w[64];

    for (int i = 0; i < f->taps; i++) {
        int64_t at = first + i;
        int outside = at < 0 || at >= n;
        w[i] = kernel_at(f->cubic, f->a, ((double)at - x) * f->shrink);
        if (outside && f->exclude)
            w[i] = 0;
        sum += w[i];
        index[i] = at < 0 ? 0 : at >= n ? n - 1 : at;
    }
    for (int i = 0; i < f->taps; i++)
        weight[i] = (float)(sum != 0 ? w[i] / sum : w[i]);
}

static int make_filter(struct filter *f, const struct node *n, double scale,
                       struct prune_error *err)
{
    f->cubic = !strcmp(node_text(n, "mode", "nearest"), "cubic");
    f->exclude = node_int(n, "exclude_outside", 0) != 0;
    f->a = (double)node_float(n, "cubic_coeff_a", -0.75F);
    f->shrink = node_int(n, "antialias", 0) && scale < 1 ? scale : 1;
    double taps = 2 * ceil((f->cubic ? 2 : 1) / f->shrink);
    if (!(taps <= 64))
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "%s: it shrinks to a %gth", n->type, 1 / scale);
    f->taps = (int)taps;
    return 0;
}

static const char *place_mode(const struct resize *r, const struct node *n)
{
    return r->old ? "asymmetric"
                  : node_text(n, "coordinate_transformation_mode",
                              "half_pixel");
}

static int take_axis(struct resize_axis *a, int taps, int64_t n,
                     struct prune_error *err)
{
    a->taps = taps;
    a->index = mem_calloc((size_t)n, (size_t)taps * sizeof *a->index);
    a->weight = mem_calloc((size_t)n, (size_t)taps * sizeof *a->weight);
    a->outside = mem_calloc((size_t)n, 1);
    if (a->index && a->weight && a->outside)
        return 0;
    resize_axis_close(a);
    return err_memory(err, "a resized axis");
}

int resize_axis_open(struct resize_axis *out, const struct resize *r,
                     const struct node *n, const struct shape *x, int axis,
                     struct prune_error *err)
{
    const char *mode = node_text(n, "mode", "nearest");
    const char *round = r->old ? "floor"
                               : node_text(n, "nearest_mode",
                                           "round_prefer_floor");
    int64_t in = x->dims[axis], many = r->out.dims[axis];
    const struct place p = {place_mode(r, n), r->scale[axis], (double)in,
                            (double)many, r->start[axis], r->end[axis]};
    int near = !strcmp(mode, "nearest");
    struct filter f = {.taps = 1};
    int e = near ? 0 : make_filter(&f, n, r->scale[axis], err);

    if (!e)
        e = take_axis(out, f.taps, many, err);
    for (int64_t k = 0; !e && k < many; k++) {
        double at = source_of(&p, (double)k);
        /* Far outside is as good as outside, and fits an integer. */
        at = fmin(fmax(at, -1e9), 1e9);
        out->outside[k] = at < 0 || at > (double)(in - 1);
        if (near) {
            int64_t i = nearest(round, at);
            out->index[k] = i < 0 ? 0 : i >= in ? in - 1 : i;
            out->weight[k] = 1;
        } else {
            weigh(&f, at, in, out->index + k * f.taps,
                  out->weight + k * f.taps);
        }
    }
    return e;
}

void resize_axis_close(struct resize_axis *a)
{
    mem_free(a->index);
    mem_free(a->weight);
    mem_free(a->outside);
    *a = (struct resize_axis){0};
}
