#include "base/alloc.h"
#include "graph/convert.h"
#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

/* x [N, C * block, places] -> out [N, C, image…]: the columns of a window
 * that moved over an image are put back where they came from, and added
 * where they overlap. */

enum { MAX_AXES = MAX_RANK - 2 };

struct windows {
    int space;
    int64_t image[MAX_AXES], block[MAX_AXES], stride[MAX_AXES];
    int64_t dilation[MAX_AXES], low[MAX_AXES], high[MAX_AXES];
    int64_t places[MAX_AXES]; /* of the window along each axis */
    int64_t n_block, n_places;
};

static int check_list(const struct node *n, const char *name, int64_t many,
                      int64_t want, struct prune_error *err)
{
    return many == 0 || many == want
               ? 0
               : ops_bad(n, err, "%s has %lld entries", name,
                         (long long)many);
}

/* The attributes, for as many axes as the image has. */
static int read_attrs(struct windows *w, const struct node *n,
                      struct prune_error *err)
{
    int64_t pads[2 * MAX_AXES] = {0};
    int e = 0;

    for (int k = 0; k < w->space; k++)
        w->stride[k] = w->dilation[k] = 1;
    e = check_list(n, "strides",
                   node_ints(n, "strides", w->stride, w->space), w->space,
                   err);
    if (!e)
        e = check_list(n, "dilations",
                       node_ints(n, "dilations", w->dilation, w->space),
                       w->space, err);
    if (!e)
        e = check_list(n, "pads", node_ints(n, "pads", pads, 2 * w->space),
                       2 * w->space, err);
    for (int k = 0; k < w->space; k++) {
        w->low[k] = pads[k];
        w->high[k] = pads[w->space + k];
    }
    return e;
}

static int count_places(struct windows *w, const struct node *n,
                        struct prune_error *err)
{
    const int64_t most = (int64_t)1 << 30;

    w->n_block = w->n_places = 1;
    for (int k = 0; k < w->space; k++) {
        if (w->image[k] < 1 || w->image[k] > most || w->block[k] < 1 ||
            w->block[k] > most || w->stride[k] < 1 || w->stride[k] > most ||
            w->dilation[k] < 1 || w->dilation[k] > most || w->low[k] < 0 ||
            w->low[k] > most || w->high[k] < 0 || w->high[k] > most)
            return ops_bad(n, err, "sizes that cannot be, along axis %d", k);
        int64_t room = w->image[k] + w->low[k] + w->high[k] - 1 -
                       w->dilation[k] * (w->block[k] - 1);
        w->places[k] = room < 0 ? 0 : room / w->stride[k] + 1;
        w->n_block = ops_times(w->n_block, w->block[k]);
        w->n_places = ops_times(w->n_places, w->places[k]);
    }
    return 0;
}

static int resolve(struct windows *w, struct shape *out, const struct node *n,
                   const struct shape *x, const struct ints *image,
                   const struct ints *block, struct prune_error *err)
{
    int e;

    if (x->rank != 3 || image->n < 1 || image->n > MAX_AXES ||
        block->n != image->n)
        return ops_bad(n, err, "its image, block and input do not fit each "
                       "other");
    *w = (struct windows){.space = (int)image->n};
    *out = (struct shape){.rank = 2 + w->space, .dims = {x->dims[0]}};
    for (int k = 0; k < w->space; k++) {
        out->dims[2 + k] = w->image[k] = image->at[k];
        w->block[k] = block->at[k];
    }
    if ((e = read_attrs(w, n, err)) || (e = count_places(w, n, err)))
        return e;
    if (x->dims[1] % w->n_block || x->dims[2] != w->n_places)
        return ops_bad(n, err, "%lld by %lld elements are no windows of it",
                       (long long)x->dims[1], (long long)x->dims[2]);
    out->dims[1] = x->dims[1] / w->n_block;
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct ints image, block;
    struct windows w;
    struct shape out;
    int e;

    if (!ops_in_ints(g, n, 1, &image) || !ops_in_ints(g, n, 2, &block))
        return ops_out_late(g, n);
    e = resolve(&w, &out, n, &x->shape, &image, &block, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

/* Where element b of the window at place p lies in the image; -1: beyond. */
static int64_t image_place(const struct windows *w, int64_t b, int64_t p)
{
    int64_t at = 0, step = 1;

    for (int k = w->space - 1; k >= 0; k--) {
        int64_t i = p % w->places[k] * w->stride[k] +
                    b % w->block[k] * w->dilation[k] - w->low[k];
        if (i < 0 || i >= w->image[k])
            return -1;
        at += i * step;
        step *= w->image[k];
        p /= w->places[k];
        b /= w->block[k];
    }
    return at;
}

/* One channel of one image, whose elements are summed up in `image`. */
static void add_windows(double *image, double *row, const struct tensor *x,
                        int64_t channel, const struct windows *w)
{
    for (int64_t b = 0; b < w->n_block; b++) {
        convert_to_f64(row, x, (channel * w->n_block + b) * w->n_places,
                       w->n_places);
        for (int64_t p = 0; p < w->n_places; p++) {
            int64_t at = image_place(w, b, p);
            if (at >= 0)
                image[at] += row[p];
        }
    }
}

static int run(struct tensor *out, const struct tensor *x,
               const struct windows *w, struct prune_error *err)
{
    int64_t channels = out->shape.dims[0] * out->shape.dims[1];
    int64_t size = shape_span(&out->shape, 2, out->shape.rank);
    double *image = mem_calloc((size_t)size, sizeof *image);
    double *row = mem_calloc((size_t)w->n_places, sizeof *row);
    int e = image && row ? 0 : err_memory(err, "an image");

    for (int64_t i = 0; !e && i < channels; i++) {
        for (int64_t k = 0; k < size; k++)
            image[k] = 0;
        add_windows(image, row, x, i, w);
        convert_from_f64(out, i * size, size, image);
    }
    mem_free(row);
    mem_free(image);
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct ints image, block;
    struct windows w;
    struct shape shape;
    struct tensor *out;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "there are no sums of %s",
                           dtype_name(x->dtype));
    if (ops_host_list(c, NULL, 1, &image, err) < 0 ||
        ops_host_list(c, NULL, 2, &block, err) < 0)
        return PRUNE_E_INPUT;
    e = resolve(&w, &shape, c->node, &x->shape, &image, &block, err);
    if (!e)
        e = host_out(c, 0, x->dtype, &shape, &out, err);
    return e || !out->size ? e : run(out, x, &w, err);
}

const struct op op_col2im = {
    .name = "Col2Im",
    .domain = "",
    .since = 18,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
