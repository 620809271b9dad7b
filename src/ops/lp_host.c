#include <math.h>

#include "graph/convert.h"
#include "graph/host.h"
#include "ops/normal.h"
#include "ops/pool.h"
#include "ops/window.h"

/* x [N,C,...] to y [N,C,...]: (sum of |x|^p)^(1/p) over windows, or over
 * all of a channel. */

static int read_p(double *p, const struct host_call *c,
                  struct prune_error *err)
{
    *p = (double)node_int(c->node, "p", 2);
    return *p >= 1.0 ? 0 : host_bad(c, err, "a norm of %g", *p);
}

int ops_host_global_lp_pool(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y = NULL;
    double p = 2.0, v;
    int e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    if (!e)
        e = x->shape.rank < 2 ? host_bad(c, err, "its input has no channels")
                              : read_p(&p, c, err);
    if (e)
        return e;
    struct shape s = x->shape;
    int64_t each = shape_span(&s, 2, s.rank);
    for (int k = 2; k < s.rank; k++)
        s.dims[k] = 1;
    e = host_out(c, 0, x->dtype, &s, &y, err);
    for (int64_t i = 0; !e && i < s.dims[0] * s.dims[1]; i++) {
        double sum = 0.0;
        for (int64_t k = 0; k < each; k++) {
            convert_to_f64(&v, x, i * each + k, 1);
            sum += pow(fabs(v), p);
        }
        sum = pow(sum, 1.0 / p);
        convert_from_f64(y, i, 1, &sum);
    }
    return e;
}

/* The taps of a window that begins at `start` and lie in an axis of `in`:
 * [*from, *to). */
static void clip(const struct window *w, int k, int64_t start, int64_t in,
                 int64_t *from, int64_t *to)
{
    int64_t step = w->dilation[k];
    *from = start < 0 ? (step - 1 - start) / step : 0;
    *to = start < in ? (in - 1 - start) / step + 1 : 0;
    if (*to > w->kernel[k])
        *to = w->kernel[k];
}

/* Up to three axes; those that are not there come first, with one
 * position. */
static double window_sum(const struct window *w, const struct tensor *x,
                         int64_t from, const int64_t *in, const int64_t *out,
                         double p)
{
    int64_t start[MAX_SPACE], low[MAX_SPACE], high[MAX_SPACE];
    double sum = 0.0, v;
    for (int k = 0; k < MAX_SPACE; k++) {
        start[k] = out[k] * w->stride[k] - w->pad_low[k];
        clip(w, k, start[k], in[k], &low[k], &high[k]);
    }
    for (int64_t a = low[0]; a < high[0]; a++)
        for (int64_t b = low[1]; b < high[1]; b++)
            for (int64_t d = low[2]; d < high[2]; d++) {
                int64_t i = start[0] + a * w->dilation[0];
                i = i * in[1] + start[1] + b * w->dilation[1];
                i = i * in[2] + start[2] + d * w->dilation[2];
                convert_to_f64(&v, x, from + i, 1);
                sum += pow(fabs(v), p);
            }
    return sum;
}

/* The same window over MAX_SPACE axes. */
static struct window widen(const struct window *w)
{
    struct window wide = {.space = MAX_SPACE};
    for (int k = 0; k < MAX_SPACE; k++) {
        int own = k - (MAX_SPACE - w->space);
        wide.kernel[k] = own < 0 ? 1 : w->kernel[own];
        wide.stride[k] = own < 0 ? 1 : w->stride[own];
        wide.dilation[k] = own < 0 ? 1 : w->dilation[own];
        wide.pad_low[k] = own < 0 ? 0 : w->pad_low[own];
        wide.out[k] = own < 0 ? 1 : w->out[own];
    }
    return wide;
}

static void run(const struct window *w, const struct tensor *x,
                struct tensor *y, double p)
{
    int64_t in[MAX_SPACE], outs = w->out[0] * w->out[1] * w->out[2];
    int64_t each = shape_span(&x->shape, 2, x->shape.rank);
    for (int k = 0; k < MAX_SPACE; k++) {
        int own = k - MAX_SPACE + x->shape.rank;
        in[k] = own < 2 ? 1 : x->shape.dims[own];
    }
    for (int64_t i = 0; i < tensor_numel(y); i++) {
        int64_t o = i % outs;
        int64_t at[MAX_SPACE] = {o / (w->out[1] * w->out[2]),
                                 o / w->out[2] % w->out[1], o % w->out[2]};
        double v = window_sum(w, x, i / outs * each, in, at, p);
        v = pow(v, 1.0 / p);
        convert_from_f64(y, i, 1, &v);
    }
}

int ops_host_lp_pool(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct window w, wide;
    struct tensor *y = NULL;
    double p = 2.0;
    int e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    (void)(e || (e = read_p(&p, c, err)) ||
           (e = ops_window_pool_of(&w, &x->shape, c->node, err)));
    if (e)
        return e;
    struct shape s = x->shape;
    for (int k = 0; k < w.space; k++)
        s.dims[2 + k] = w.out[k];
    wide = widen(&w);
    e = host_out(c, 0, x->dtype, &s, &y, err);
    if (!e)
        run(&wide, x, y, p);
    return e;
}
