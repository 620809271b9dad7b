#include "graph/convert.h"
#include "ops/fourier.h"
#include "ops/normal.h"
#include "ops/sequences.h"

/* x [..., n, ..., 1 or 2], the last axis real and imaginary parts; y the
 * Fourier transform along one axis. One-sided: half of the spectrum is
 * given, or read by the inverse, which then gives real numbers. The axis is
 * an attribute before opset 20, and an input since. */

struct dft {
    const struct tensor *x;
    struct tensor *y;
    int axis, half, inverse, parts; /* parts of y's numbers */
    int64_t n, n_in, n_out;
    int64_t inner; /* numbers between neighbours along the axis */
};

static int find_axis(struct host_call *c, struct dft *d,
                     struct prune_error *err)
{
    int64_t axis = node_int(c->node, "axis", 1);
    int e = c->graph->opset < 20 ? 0 : ops_host_int(c, 2, -2, &axis, err);

    if (e)
        return e;
    d->axis = shape_axis(d->x->shape.rank, axis);
    return d->axis < 0 || d->axis == d->x->shape.rank - 1
               ? host_bad(c, err, "there is no such axis to transform")
               : 0;
}

static int prepare(struct host_call *c, struct dft *d,
                   struct prune_error *err)
{
    const struct shape *s = &d->x->shape;
    struct shape out = *s;
    int e;

    if (s->rank < 2 || s->dims[s->rank - 1] < 1 || s->dims[s->rank - 1] > 2)
        return host_bad(c, err, "its last axis does not hold real and "
                                "imaginary parts");
    e = find_axis(c, d, err);
    if (e)
        return e;
    d->half = node_int(c->node, "onesided", 0) != 0;
    d->inverse = node_int(c->node, "inverse", 0) != 0;
    d->n = d->n_in = s->dims[d->axis];
    if (d->half && d->inverse)
        d->n = 2 * (d->n_in - 1);
    e = ops_host_int(c, 1, d->n, &d->n, err);
    if (e)
        return e;
    if (d->n < 1 || d->n > INT32_MAX)
        return host_bad(c, err, "a length of %lld", (long long)d->n);
    d->n_out = d->half && !d->inverse ? d->n / 2 + 1 : d->n;
    d->parts = d->half && d->inverse ? 1 : 2;
    d->inner = shape_span(s, d->axis + 1, s->rank - 1);
    out.dims[d->axis] = d->n_out;
    out.dims[s->rank - 1] = d->parts;
    return host_out(c, 0, d->x->dtype, &out, &d->y, err);
}

static double complex number(const struct tensor *x, int64_t i)
{
    int64_t parts = x->shape.dims[x->shape.rank - 1];
    double at[2] = {0.0, 0.0};

    convert_to_f64(at, x, i * parts, parts);
    return CMPLX(at[0], at[1]);
}

static void run_line(const struct dft *d, const struct fourier *f,
                     int64_t outer, int64_t inner)
{
    int64_t read = d->half && d->inverse ? d->n / 2 + 1 : d->n;

    for (int64_t i = 0; i < d->n; i++)
        f->in[i] = i < read && i < d->n_in
                       ? number(d->x, (outer * d->n_in + i) * d->inner +
                                          inner)
                       : 0.0;
    for (int64_t i = read; i < d->n; i++)
        f->in[i] = conj(f->in[d->n - i]);
    fourier_run(f);
    for (int64_t i = 0; i < d->n_out; i++) {
        double at[2] = {creal(f->out[i]), cimag(f->out[i])};
        convert_from_f64(d->y,
                         ((outer * d->n_out + i) * d->inner + inner) *
                             d->parts,
                         d->parts, at);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct dft d = {.x = host_need(c, 0, err)};
    struct fourier f;
    int e = d.x ? ops_need_float(c, d.x, err) : PRUNE_E_INPUT;

    if (!e)
        e = prepare(c, &d, err);
    if (!e)
        e = fourier_open(&f, d.n, d.inverse, err);
    if (e)
        return e;
    for (int64_t o = 0; o < shape_span(&d.x->shape, 0, d.axis); o++)
        for (int64_t i = 0; i < d.inner; i++)
            run_line(&d, &f, o, i);
    fourier_close(&f);
    return 0;
}

const struct op op_dft = {
    .name = "DFT",
    .domain = "",
    .since = 17,
    .min_inputs = 1,
    .max_inputs = 3,
    .host = host,
};
