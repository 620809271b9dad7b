#include <math.h>

#include "graph/convert.h"
#include "graph/host.h"
#include "ops/infer.h"
#include "ops/pool.h"
#include "ops/window.h"

/* x [N,C,...] to y [N,C,...] and where each was found, as an index into
 * all of x; storage_order 1 counts the spatial axes in columns. Up to
 * MAX_SPACE axes; those that are not there have one position. */

struct pooling {
    struct window w;
    int64_t in[MAX_SPACE]; /* sizes of x */
    int by_columns;
};

/* The index of a position within an image of one channel. */
static int64_t index_of(const struct pooling *p, const int64_t *at)
{
    int64_t i = 0;
    for (int k = 0; k < p->w.space; k++) {
        int axis = p->by_columns ? p->w.space - 1 - k : k;
        i = i * p->in[axis] + at[axis];
    }
    return i;
}

static int64_t offset_of(const struct pooling *p, const int64_t *at)
{
    int64_t i = 0;
    for (int k = 0; k < p->w.space; k++)
        i = i * p->in[k] + at[k];
    return i;
}

/* Counts `at` on within sizes; 0 when it is at its end. */
static int next(int64_t *at, const int64_t *sizes, int n)
{
    for (int k = n - 1; k >= 0; k--) {
        if (++at[k] < sizes[k])
            return 1;
        at[k] = 0;
    }
    return 0;
}

/* The taps of the window at `out` that lie in x: the first of each axis,
 * and how many. 0: none does. */
static int clip_taps(const struct pooling *p, const int64_t *out,
                     int64_t *first, int64_t *many)
{
    int any = 1;
    for (int k = 0; k < p->w.space; k++) {
        int64_t start = out[k] * p->w.stride[k] - p->w.pad_low[k];
        int64_t step = p->w.dilation[k], last;
        first[k] = start < 0 ? (step - 1 - start) / step : 0;
        last = start < p->in[k] ? (p->in[k] - 1 - start) / step : -1;
        if (last >= p->w.kernel[k])
            last = p->w.kernel[k] - 1;
        many[k] = last - first[k] + 1;
        any &= many[k] > 0;
    }
    return any;
}

/* The best of the window at `out`, in a channel that begins at `from`. */
static double best_of(const struct pooling *p, const struct tensor *x,
                      int64_t from, const int64_t *out, int64_t *found)
{
    int64_t first[MAX_SPACE], many[MAX_SPACE], tap[MAX_SPACE] = {0};
    int64_t at[MAX_SPACE];
    double best = -INFINITY, v;
    int begun = 0;
    *found = 0;
    if (!clip_taps(p, out, first, many))
        return best;
    do {
        for (int k = 0; k < p->w.space; k++)
            at[k] = out[k] * p->w.stride[k] - p->w.pad_low[k] +
                    (first[k] + tap[k]) * p->w.dilation[k];
        convert_to_f64(&v, x, from + offset_of(p, at), 1);
        if (!begun || v > best) {
            best = v;
            *found = index_of(p, at);
            begun = 1;
        }
    } while (next(tap, many, p->w.space));
    return best;
}

static void run(const struct pooling *p, const struct tensor *x,
                struct tensor *y, struct tensor *indices)
{
    int64_t each = 1, outs = 1, at[MAX_SPACE] = {0};
    for (int k = 0; k < p->w.space; k++) {
        each *= p->in[k];
        outs *= p->w.out[k];
    }
    int64_t channels = outs ? tensor_numel(y) / outs : 0;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t o = 0; o < outs; o++) {
            int64_t found;
            double best = best_of(p, x, c * each, at, &found);
            convert_from_f64(y, c * outs + o, 1, &best);
            if (indices)
                ((int64_t *)indices->data)[c * outs + o] = c * each + found;
            (void)next(at, p->w.out, p->w.space);
        }
}

int ops_host_max_pool(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct pooling p = {0};
    struct tensor *y = NULL, *indices = NULL;
    if (!x || !convert_can(x->dtype))
        return x ? host_refuse(c, err, "not of %s", dtype_name(x->dtype))
                 : PRUNE_E_INPUT;
    int e = ops_window_pool_of(&p.w, &x->shape, c->node, err);
    if (e)
        return e;
    struct shape s = x->shape;
    for (int k = 0; k < p.w.space; k++) {
        p.in[k] = x->shape.dims[2 + k];
        s.dims[2 + k] = p.w.out[k];
    }
    p.by_columns = node_int(c->node, "storage_order", 0) != 0;
    e = host_out(c, 0, x->dtype, &s, &y, err);
    if (!e && host_wants(c, 1))
        e = host_out(c, 1, DTYPE_I64, &s, &indices, err);
    if (!e)
        run(&p, x, y, indices);
    return e;
}
