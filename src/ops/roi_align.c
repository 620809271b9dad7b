#include <math.h>
#include <string.h>

#include "ops/floats.h"
#include "ops/infer.h"

/* x [N,C,H,W], rois [R,4] (x1, y1, x2, y2), image of each [R]; y
 * [R,C,h,w]: the mean or largest of bilinear samples in each cell (K. He et
 * al., "Mask R-CNN", 2017). */

struct align {
    int64_t channels, height, width, h, w, ratio;
    double scale, shift; /* shift: half a pixel */
    int is_max, at_least_one;
};

enum { MOST_SAMPLES = 1 << 12 };

static int read_attributes(struct align *a, const struct node *n,
                           int64_t opset, struct prune_error *err)
{
    const char *place = node_text(n, "coordinate_transformation_mode",
                                  opset < 16 ? "output_half_pixel"
                                             : "half_pixel");
    int half = strcmp(place, "half_pixel") == 0;
    a->h = node_int(n, "output_height", 1);
    a->w = node_int(n, "output_width", 1);
    a->ratio = node_int(n, "sampling_ratio", 0);
    a->scale = (double)node_float(n, "spatial_scale", 1.0F);
    a->shift = half ? 0.5 : 0.0;
    a->at_least_one = !half;
    a->is_max = strcmp(node_text(n, "mode", "avg"), "max") == 0;
    if (a->h < 1 || a->w < 1 || a->h > 1 << 20 || a->w > 1 << 20 ||
        a->ratio < 0 || a->ratio > MOST_SAMPLES)
        return ops_bad(n, err, "its sizes or sampling_ratio are absurd");
    return 0;
}

static int find_shape(struct shape *out, struct align *a,
                      const struct shape *x, const struct shape *rois,
                      const struct node *n, struct prune_error *err)
{
    char p[96], q[96];
    if (x->rank != 4 || rois->rank != 2 || rois->dims[1] != 4)
        return ops_bad(n, err, "regions of shape %s for an input of %s",
                       shape_text(rois, p), shape_text(x, q));
    a->channels = x->dims[1];
    a->height = x->dims[2];
    a->width = x->dims[3];
    *out = (struct shape){.rank = 4,
                          .dims = {rois->dims[0], x->dims[1], a->h, a->w}};
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct align a;
    struct shape out;
    int e = read_attributes(&a, n, g->opset, err);
    if (!e)
        e = find_shape(&out, &a, &x->shape, &node_in(g, n, 1)->shape, n, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

/* The four neighbours of a point, and their weights; outside: nothing. */
struct corners {
    int64_t at[4];
    double weight[4];
};

static int find_corners(struct corners *k, const struct align *a, double y,
                        double x)
{
    if (!(y >= -1.0 && y <= (double)a->height && x >= -1.0 &&
          x <= (double)a->width))
        return 0;
    y = y > 0.0 ? y : 0.0;
    x = x > 0.0 ? x : 0.0;
    int64_t top = (int64_t)y, left = (int64_t)x;
    int64_t low = top + 1, right = left + 1;
    if (top >= a->height - 1) {
        top = low = a->height - 1;
        y = (double)top;
    }
    if (left >= a->width - 1) {
        left = right = a->width - 1;
        x = (double)left;
    }
    double down = y - (double)top, over = x - (double)left;
    *k = (struct corners){
        {top * a->width + left, top * a->width + right,
         low * a->width + left, low * a->width + right},
        {(1 - down) * (1 - over), (1 - down) * over, down * (1 - over),
         down * over}};
    return 1;
}

/* One cell: from (y, x) on, of size (tall, wide), in ny * nx samples. */
static double cell(const struct align *a, const float *in, double y, double x,
                   double tall, double wide, int64_t ny, int64_t nx)
{
    double sum = 0.0, best = -INFINITY;
    int64_t many = ny * nx > 0 ? ny * nx : 1;
    for (int64_t i = 0; i < ny; i++)
        for (int64_t j = 0; j < nx; j++) {
            struct corners k;
            double part[4] = {0};
            if (find_corners(&k, a,
                             y + ((double)i + 0.5) * tall / (double)ny,
                             x + ((double)j + 0.5) * wide / (double)nx))
                for (int c = 0; c < 4; c++)
                    part[c] = k.weight[c] * (double)in[k.at[c]];
            sum += part[0] + part[1] + part[2] + part[3];
            for (int c = 0; c < 4; c++)
                best = part[c] > best ? part[c] : best;
        }
    return !a->is_max ? sum / (double)many : isfinite(best) ? best : 0.0;
}

static int64_t samples(const struct align *a, double size)
{
    double n = a->ratio > 0 ? (double)a->ratio : ceil(size);
    return n >= 0.0 && n <= MOST_SAMPLES ? (int64_t)n
           : n > MOST_SAMPLES            ? MOST_SAMPLES
                                         : 0;
}

/* One region of one image, which begins at x. */
static void run(const struct align *a, const float *x, const float *roi,
                float *y)
{
    double left = (double)roi[0] * a->scale - a->shift;
    double top = (double)roi[1] * a->scale - a->shift;
    double wide = (double)roi[2] * a->scale - a->shift - left;
    double tall = (double)roi[3] * a->scale - a->shift - top;
    if (a->at_least_one) {
        wide = wide > 1.0 ? wide : 1.0;
        tall = tall > 1.0 ? tall : 1.0;
    }
    wide /= (double)a->w;
    tall /= (double)a->h;
    int64_t ny = samples(a, tall), nx = samples(a, wide);
    for (int64_t c = 0; c < a->channels; c++)
        for (int64_t i = 0; i < a->h; i++)
            for (int64_t j = 0; j < a->w; j++)
                *y++ = (float)cell(a, x + c * a->height * a->width,
                                   top + (double)i * tall,
                                   left + (double)j * wide, tall, wide, ny,
                                   nx);
}

static int run_all(const struct align *a, const struct host_call *c,
                   const struct tensor *x, const struct tensor *rois,
                   struct tensor *y, struct prune_error *err)
{
    const struct tensor *images = host_in(c, 2);
    int64_t plane = a->channels * a->height * a->width;
    for (int64_t r = 0; r < y->shape.dims[0]; r++) {
        int64_t image = tensor_int(images, r);
        if (image < 0 || image >= x->shape.dims[0] || plane < 1)
            return host_bad(c, err, "a region of image %lld",
                            (long long)image);
        run(a, tensor_f32(x) + image * plane, tensor_f32(rois) + r * 4,
            tensor_f32(y) + r * a->channels * a->h * a->w);
    }
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct align a;
    struct tensor *x = NULL, *rois = NULL, *y = NULL;
    struct shape out = {0};
    int e = host_need(c, 0, err) && host_need(c, 1, err) &&
                    host_need(c, 2, err)
                ? 0
                : PRUNE_E_INPUT;
    (void)(e || (e = read_attributes(&a, c->node, c->graph->opset, err)) ||
           (e = find_shape(&out, &a, &host_in(c, 0)->shape,
                           &host_in(c, 1)->shape, c->node, err)));
    if (!e && tensor_numel(host_in(c, 2)) != out.dims[0])
        e = host_bad(c, err, "as many regions as images they are of");
    (void)(e || (e = ops_floats_in(&x, c, 0, err)) ||
           (e = ops_floats_in(&rois, c, 1, err)) ||
           (e = ops_floats_out(&y, c, 0, host_in(c, 0)->dtype, &out, err)) ||
           (e = run_all(&a, c, x, rois, y, err)));
    tensor_unref(x);
    tensor_unref(rois);
    if (!e)
        return ops_floats_give(c, 0, y, host_in(c, 0)->dtype, err);
    tensor_unref(y);
    return e;
}

const struct op op_roi_align = {
    .name = "RoiAlign",
    .domain = "",
    .since = 10,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .host = host,
};
