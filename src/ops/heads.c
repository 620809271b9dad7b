#include "ops/heads.h"

#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"

static double *room(const struct heads *h, int64_t n, int64_t width)
{
    struct shape s = {.rank = 4, .dims = {h->batch, h->heads, n, width}};
    int64_t all = shape_numel(&s);

    return all < 0 ? NULL : mem_calloc((size_t)all, sizeof(double));
}

int heads_open(struct heads *h, struct prune_error *err)
{
    h->q = room(h, h->rows, h->width);
    h->k = room(h, h->columns, h->width);
    h->v = room(h, h->columns, h->value_width);
    return h->q && h->k && h->v ? 0 : err_memory(err, "attention");
}

void heads_close(struct heads *h)
{
    mem_free(h->q);
    mem_free(h->k);
    mem_free(h->v);
}

void heads_split(double *to, const struct heads *h, int64_t width,
                 int64_t columns, int64_t at, int64_t n, const double *t,
                 int64_t row, const double *bias)
{
    for (int64_t b = 0; b < h->batch; b++)
        for (int64_t i = 0; i < n; i++, t += row)
            for (int64_t k = 0; k < h->heads * width; k++)
                to[((b * h->heads + k / width) * columns + at + i) * width +
                   k % width] = t[k] + (bias ? bias[k] : 0.0);
}

static int fits(const struct heads *h)
{
    const struct shape *m = h->mask ? &h->mask->shape : NULL;
    const struct shape *b = h->bias ? &h->bias->shape : NULL;

    if (b && (b->rank != 4 || b->dims[2] != h->rows ||
              b->dims[3] != h->columns ||
              (b->dims[0] != 1 && b->dims[0] != h->batch) ||
              (b->dims[1] != 1 && b->dims[1] != h->heads)))
        return 0;
    if (!m)
        return 1;
    if (dtype_is_float(h->mask->dtype) || m->rank < 1)
        return 0;
    if (m->rank == 1)
        return m->dims[0] == h->batch || m->dims[0] == 2 * h->batch;
    if (m->dims[0] != h->batch)
        return 0;
    if (m->rank == 2)
        return m->dims[1] == h->columns;
    if (m->rank == 3)
        return m->dims[1] == h->rows && m->dims[2] == h->columns;
    return m->rank == 4 && m->dims[1] == 1 &&
           m->dims[2] >= h->past + h->rows && m->dims[3] >= h->columns;
}

static int is_masked(const struct heads *h, int64_t b, int64_t r, int64_t c)
{
    const struct shape *m = &h->mask->shape;

    switch (m->rank) {
    case 1:
        return c >= tensor_int(h->mask, b) ||
               (m->dims[0] == 2 * h->batch &&
                c < tensor_int(h->mask, h->batch + b));
    case 2:
        return tensor_int(h->mask, b * h->columns + c) <= 0;
    case 3:
        return tensor_int(h->mask, (b * h->rows + r) * h->columns + c) <= 0;
    default:
        return tensor_int(h->mask, (b * m->dims[2] + h->past + r) *
                                           m->dims[3] + c) <= 0;
    }
}

static double added(const struct heads *h, int64_t b, int64_t head,
                    int64_t r, int64_t c)
{
    double x = 0.0;

    if (h->bias) {
        const int64_t *d = h->bias->shape.dims;
        int64_t at = (d[0] == 1 ? 0 : b) * d[1] + (d[1] == 1 ? 0 : head);
        convert_to_f64(&x, h->bias, (at * d[2] + r) * d[3] + c, 1);
    }
    if (h->mask && is_masked(h, b, r, c))
        x += h->filter;
    return x;
}

/* One row's weights, then their mean of the values. */
static void run_row(const struct heads *h, int64_t b, int64_t head,
                    int64_t r, double *weights, double *out)
{
    int64_t at = b * h->heads + head;
    const double *q = h->q + (at * h->rows + r) * h->width;
    const double *k = h->k + at * h->columns * h->width;
    const double *v = h->v + at * h->columns * h->value_width;
    int64_t n = h->columns;
    double top = -INFINITY, sum = 0.0;

    if (h->causal && h->past + r + 1 < n)
        n = h->past + r + 1;
    for (int64_t c = 0; c < n; c++) {
        double dot = 0.0;
        for (int64_t i = 0; i < h->width; i++)
            dot += q[i] * k[c * h->width + i];
        weights[c] = dot * h->scale + added(h, b, head, r, c);
        top = fmax(top, weights[c]);
    }
    for (int64_t c = 0; c < n; c++)
        sum += weights[c] = exp(weights[c] - top);
    for (int64_t i = 0; i < h->value_width; i++)
        out[i] = 0.0;
    for (int64_t c = 0; c < n; c++)
        for (int64_t i = 0; i < h->value_width; i++)
            out[i] += weights[c] / sum * v[c * h->value_width + i];
}

int heads_run(struct host_call *c, const struct heads *h, enum dtype dtype,
              struct prune_error *err)
{
    struct shape shape = {.rank = 3, .dims = {h->batch, h->rows}};
    struct tensor *y;
    double *weights, *out;
    int e = 0;

    if (!fits(h))
        return host_bad(c, err, "its mask does not fit");
    if (__builtin_mul_overflow(h->heads, h->value_width, &shape.dims[2]))
        return host_bad(c, err, "its heads are too large");
    e = host_out(c, 0, dtype, &shape, &y, err);
    if (e)
        return e;
    weights = mem_calloc((size_t)h->columns, sizeof *weights);
    out = mem_calloc((size_t)h->value_width, sizeof *out);
    if (!weights || !out)
        e = err_memory(err, "attention");
    for (int64_t b = 0; !e && b < h->batch; b++)
        for (int64_t r = 0; r < h->rows; r++)
            for (int64_t k = 0; k < h->heads; k++) {
                run_row(h, b, k, r, weights, out);
                convert_from_f64(y, ((b * h->rows + r) * h->heads + k) *
                                        h->value_width,
                                 h->value_width, out);
            }
    mem_free(out);
    mem_free(weights);
    return e;
}
