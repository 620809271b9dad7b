#include "ops/quantize.h"

#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/window.h"

int quant_read(struct quant *q, const struct host_call *c, int scale,
               int zero, const struct shape *x, int axis,
               struct prune_error *err)
{
    int64_t n = 1;

    *q = (struct quant){scale < 0 ? NULL : host_need(c, scale, err),
                        zero < 0 ? NULL : host_in(c, zero), 1, 1};
    if (scale >= 0 && !q->scale)
        return PRUNE_E_INPUT;
    const struct tensor *t = q->scale ? q->scale : q->zero;
    if (!t)
        return 0;
    n = tensor_numel(t);
    if ((q->scale && !convert_can(q->scale->dtype)) ||
        (q->zero && (!convert_can(q->zero->dtype) ||
                     tensor_numel(q->zero) != n)))
        return host_bad(c, err, "its scales and zero points do not fit each "
                                "other");
    if (n == 1)
        return 0;
    if (axis < 0 || axis >= x->rank || n != x->dims[axis])
        return host_bad(c, err, "%lld scales or zero points do not fit",
                        (long long)n);
    q->n = n;
    q->inner = shape_span(x, axis + 1, x->rank);
    return 0;
}

static double number(const struct tensor *t, const struct quant *q,
                     int64_t i, double other)
{
    double v = other;

    if (t)
        convert_to_f64(&v, t, q->n == 1 ? 0 : i / q->inner % q->n, 1);
    return v;
}

double quant_scale(const struct quant *q, int64_t i)
{
    return number(q->scale, q, i, 1);
}

double quant_zero(const struct quant *q, int64_t i)
{
    return number(q->zero, q, i, 0);
}

int quant_is_byte(const struct tensor *t)
{
    return t->dtype == DTYPE_I8 || t->dtype == DTYPE_U8;
}

int quant_whole(int32_t **out, const struct quant *q, const struct tensor *x,
                const struct host_call *c, struct prune_error *err)
{
    int64_t n = tensor_numel(x);
    int32_t *v;

    if (!quant_is_byte(x))
        return host_refuse(c, err, "products of %s", dtype_name(x->dtype));
    v = mem_calloc((size_t)n, sizeof *v);
    if (!v)
        return err_memory(err, "a product");
    for (int64_t i = 0; i < n; i++)
        v[i] = (int32_t)tensor_int(x, i) - (int32_t)quant_zero(q, i);
    *out = v;
    return 0;
}

void quant_store(struct tensor *y, const int32_t *sums,
                 const struct quant *a, const struct quant *b,
                 const struct quant *out)
{
    int64_t n = tensor_numel(y);

    for (int64_t i = 0; i < n; i++) {
        double v = (double)sums[i] * quant_scale(a, i) * quant_scale(b, i) /
                   quant_scale(out, i);
        v = nearbyint(v) + quant_zero(out, i);
        convert_from_f64(y, i, 1, &v);
    }
}

/* --- products ---------------------------------------------------------- */

/* Two axes at least: a vector is a row on the left, a column on the right. */
static struct shape as_matrix(const struct shape *s, int is_left)
{
    struct shape m = *s;

    if (s->rank == 1 && is_left)
        m = (struct shape){2, {1, s->dims[0]}};
    else if (s->rank == 1)
        m = (struct shape){2, {s->dims[0], 1}};
    return m;
}

/* The shape with both vectors' extra axes still there. */
static int whole_shape(struct shape *out, const struct shape *a,
                       const struct shape *b, struct prune_error *err)
{
    struct shape x = *a, y = *b;

    if (a->rank < 2 || b->rank < 2 ||
        a->dims[a->rank - 1] != b->dims[b->rank - 2])
        return err_set(err, PRUNE_E_INPUT, "its factors do not fit");
    x.rank -= 2;
    y.rank -= 2;
    int e = shape_broadcast(out, &x, &y, err);
    if (e)
        return e;
    out->dims[out->rank++] = a->dims[a->rank - 2];
    out->dims[out->rank++] = b->dims[b->rank - 1];
    return 0;
}

int quant_matmul_shape(struct shape *out, const struct node *n,
                       const struct shape *a, const struct shape *b,
                       struct prune_error *err)
{
    struct shape x = as_matrix(a, 1), y = as_matrix(b, 0), s;
    int e = whole_shape(&s, &x, &y, err);

    (void)n;
    if (e)
        return e;
    if (b->rank == 1)
        s.rank--;
    if (a->rank == 1) {
        if (b->rank != 1)
            s.dims[s.rank - 2] = s.dims[s.rank - 1];
        s.rank--;
    }
    *out = s;
    return 0;
}

static void one_product(int32_t *out, const int32_t *a, const int32_t *b,
                        int64_t rows, int64_t depth, int64_t columns)
{
    for (int64_t i = 0; i < rows * columns; i++)
        out[i] = 0;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k < depth; k++)
            for (int64_t j = 0; j < columns; j++)
                out[i * columns + j] = (int32_t)((uint32_t)out[i * columns + j]
                    + (uint32_t)a[i * depth + k] *
                          (uint32_t)b[k * columns + j]);
}

/* Which matrix of a stack of shape s belongs to number i of shape `of`. */
static int64_t matrix_of(const struct shape *s, const struct shape *of,
                         int64_t i)
{
    int64_t at = 0, step = 1;

    for (int k = 3; k <= of->rank; k++) {
        int64_t size = of->dims[of->rank - k], x = i % size;
        i /= size;
        if (k > s->rank)
            continue;
        if (s->dims[s->rank - k] > 1)
            at += x * step;
        step *= s->dims[s->rank - k];
    }
    return at;
}

void quant_matmul(int32_t *out, const struct shape *shape, const int32_t *a,
                  const struct shape *of_a, const int32_t *b,
                  const struct shape *of_b)
{
    struct shape x = as_matrix(of_a, 1), y = as_matrix(of_b, 0), s;

    (void)shape;
    if (whole_shape(&s, &x, &y, NULL))
        return;
    int64_t rows = x.dims[x.rank - 2], depth = x.dims[x.rank - 1];
    int64_t columns = y.dims[y.rank - 1], n = shape_span(&s, 0, s.rank - 2);
    for (int64_t i = 0; i < n; i++)
        one_product(out + i * rows * columns,
                    a + matrix_of(&x, &s, i) * rows * depth,
                    b + matrix_of(&y, &s, i) * depth * columns, rows, depth,
                    columns);
}

/* --- convolutions ------------------------------------------------------ */

static int window_of(struct window *w, const struct graph *g,
                     const struct node *n, const struct shape *x,
                     const struct shape *of_w, struct prune_error *err)
{
    const struct value *v = node_in(g, n, 0);
    int64_t groups = node_int(n, "group", 1);

    if (x->rank < 3 || x->rank > 2 + MAX_SPACE || of_w->rank != x->rank)
        return ops_bad(n, err, "its input and weight have %d and %d axes",
                       x->rank, of_w->rank);
    if (groups < 1 || of_w->dims[0] % groups ||
        x->dims[1] != of_w->dims[1] * groups)
        return ops_bad(n, err, "%lld groups do not fit",
                       (long long)groups);
    if (!v || !shape_equal(&v->shape, x))
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "its input's shape depends on the data");
    return ops_window(w, g, n, of_w->dims + 2, err);
}

int quant_conv_shape(struct shape *out, const struct graph *g,
                     const struct node *n, const struct shape *x,
                     const struct shape *w, struct prune_error *err)
{
    struct window win;
    int e = window_of(&win, g, n, x, w, err);

    if (e)
        return e;
    *out = *x;
    out->dims[1] = w->dims[0];
    for (int k = 0; k < win.space; k++)
        out->dims[2 + k] = win.out[k];
    return 0;
}

/* Index into a plane of x for place `at` of the window at `to`, -1 outside. */
static int64_t source(const struct window *w, const struct shape *x,
                      int64_t to, int64_t at)
{
    int64_t index = 0, step = 1;

    for (int k = w->space - 1; k >= 0; k--) {
        int64_t i = to % w->out[k] * w->stride[k] - w->pad_low[k] +
                    at % w->kernel[k] * w->dilation[k];
        if (i < 0 || i >= x->dims[2 + k])
            return -1;
        index += i * step;
        step *= x->dims[2 + k];
        to /= w->out[k];
        at /= w->kernel[k];
    }
    return index;
}

struct planes {
    int64_t x, w, out, channels, per_group; /* sizes of planes; channels in */
};

/* One place of one image's output plane `m`. */
static int32_t sum_at(const struct window *w, const struct shape *of_x,
                      const struct planes *p, const int32_t *x,
                      const int32_t *weight, int64_t m, int64_t to)
{
    int64_t first = m / p->per_group * p->channels;
    uint32_t sum = 0;

    for (int64_t at = 0; at < p->w; at++) {
        int64_t from = source(w, of_x, to, at);
        if (from < 0)
            continue;
        for (int64_t k = 0; k < p->channels; k++)
            sum += (uint32_t)x[(first + k) * p->x + from] *
                   (uint32_t)weight[(m * p->channels + k) * p->w + at];
    }
    return (int32_t)sum;
}

int quant_conv(int32_t *out, const struct shape *shape,
               const struct host_call *c, const int32_t *x,
               const struct shape *of_x, const int32_t *w,
               const struct shape *of_w, struct prune_error *err)
{
    struct window win;
    int e = window_of(&win, c->graph, c->node, of_x, of_w, err);

    if (e)
        return e;
    struct planes p = {.x = shape_span(of_x, 2, of_x->rank),
                       .w = shape_span(of_w, 2, of_w->rank),
                       .out = shape_span(shape, 2, shape->rank),
                       .channels = of_w->dims[1],
                       .per_group = of_w->dims[0] /
                                    node_int(c->node, "group", 1)};
    for (int64_t i = 0; i < of_x->dims[0]; i++)
        for (int64_t m = 0; m < of_w->dims[0]; m++)
            for (int64_t to = 0; to < p.out; to++)
                *out++ = sum_at(&win, of_x, &p,
                                x + i * of_x->dims[1] * p.x, w, m, to);
    return 0;
}
