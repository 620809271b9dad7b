#include "ops/reduce.h"

#include <math.h>
#include <stdint.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/ints.h"

/* Reductions of tensors of any type. The input is read once, in the order
 * of its elements; the sums are kept apart, in wide numbers. */

enum { CHUNK = 256 };

int64_t ops_least(enum dtype t)
{
    switch (t) {
    case DTYPE_I64: return INT64_MIN;
    case DTYPE_I32: return INT32_MIN;
    case DTYPE_I16: return INT16_MIN;
    case DTYPE_I8: return INT8_MIN;
    default: return 0;
    }
}

int64_t ops_greatest(enum dtype t)
{
    switch (t) {
    case DTYPE_I64: return INT64_MAX;
    case DTYPE_I32: return INT32_MAX;
    case DTYPE_I16: return INT16_MAX;
    case DTYPE_I8: return INT8_MAX;
    case DTYPE_U64: return -1;
    case DTYPE_U32: return UINT32_MAX;
    case DTYPE_U16: return UINT16_MAX;
    case DTYPE_U8: return UINT8_MAX;
    default: return 1;
    }
}

/* Where the elements of x go: element after element, with each axis's step
 * among the sums, 0 along those that are reduced. */
struct walker {
    const struct shape *x;
    int64_t step[MAX_RANK], index[MAX_RANK];
    int64_t at;
};

static void walker_begin(struct walker *w, const struct shape *x,
                         unsigned mask)
{
    int64_t step = 1;

    *w = (struct walker){.x = x};
    for (int k = x->rank - 1; k >= 0; k--) {
        if (mask >> k & 1)
            continue;
        w->step[k] = step;
        step *= x->dims[k];
    }
}

/* How many of the next n elements follow each other along the last axis. */
static int64_t walker_run(const struct walker *w, int64_t n)
{
    int last = w->x->rank - 1;
    int64_t left = w->x->dims[last] - w->index[last];

    return n < left ? n : left;
}

static void walker_skip(struct walker *w, int64_t run)
{
    int k = w->x->rank - 1;

    w->at += w->step[k] * run;
    w->index[k] += run;
    while (w->index[k] == w->x->dims[k]) {
        w->index[k] = 0;
        w->at -= w->step[k] * w->x->dims[k];
        if (--k < 0)
            return;
        w->at += w->step[k];
        w->index[k]++;
    }
}

static int64_t some_of(int64_t n, int64_t done)
{
    return n - done < CHUNK ? n - done : CHUNK;
}

typedef double real_add_f(double sum, double x);

/* One run: n elements into sums that are `step` apart. */
static void add_run(double *sums, const double *x, int64_t n, int64_t step,
                    real_add_f *add, const double *less)
{
    for (int64_t i = 0; i < n; i++)
        sums[i * step] = add(sums[i * step],
                             less ? x[i] - less[i * step] : x[i]);
}

/* `less`: of each sum, what is taken from its elements; NULL: nothing. */
static void add_reals(double *sums, const struct tensor *x, unsigned mask,
                      real_add_f *add, const double *less)
{
    double v[CHUNK];
    int64_t n = tensor_numel(x), run;
    int last = x->shape.rank - 1;
    struct walker w;

    walker_begin(&w, &x->shape, mask);
    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = some_of(n, i);
        convert_to_f64(v, x, i, some);
        for (int64_t k = 0; k < some; k += run, walker_skip(&w, run)) {
            run = walker_run(&w, some - k);
            add_run(sums + w.at, v + k, run, w.step[last], add,
                    less ? less + w.at : NULL);
        }
    }
}

static double larger(double a, double b)
{
    return b > a || isnan(b) ? b : a;
}

/* The largest element of each sum where that is finite, else 0. */
static int find_largest(double **out, const struct tensor *x, unsigned mask,
                        int64_t n, struct prune_error *err)
{
    double *most = mem_calloc((size_t)n, sizeof *most);

    if (!most)
        return err_memory(err, "a reduction");
    for (int64_t i = 0; i < n; i++)
        most[i] = -INFINITY;
    add_reals(most, x, mask, larger, NULL);
    for (int64_t i = 0; i < n; i++)
        most[i] = isfinite(most[i]) ? most[i] : 0;
    *out = most;
    return 0;
}

/* n sums of `each` elements. */
static int reduce_reals(struct tensor *out, const struct tensor *x,
                        unsigned mask, int64_t each,
                        const struct ops_reduction *r,
                        struct prune_error *err)
{
    int64_t n = tensor_numel(out);
    double *sums = mem_calloc((size_t)n, sizeof *sums), *less = NULL;
    int e = sums ? 0 : err_memory(err, "a reduction");

    if (!e && r->by_largest)
        e = find_largest(&less, x, mask, n, err);
    for (int64_t i = 0; !e && i < n; i++)
        sums[i] = r->start;
    if (!e)
        add_reals(sums, x, mask, r->add, less);
    for (int64_t i = 0; !e && i < n; i++) {
        sums[i] = r->end ? r->end(sums[i], each) : sums[i];
        sums[i] += less ? less[i] : 0;
        if (!dtype_is_float(out->dtype))
            sums[i] = trunc(sums[i]);
    }
    if (!e)
        convert_from_f64(out, 0, n, sums);
    mem_free(less);
    mem_free(sums);
    return e;
}

static int reduce_wholes(struct tensor *out, const struct tensor *x,
                         unsigned mask, int64_t each,
                         const struct ops_reduction *r,
                         struct prune_error *err)
{
    int64_t v[CHUNK], many = tensor_numel(x), n = tensor_numel(out), run;
    int last = x->shape.rank - 1;
    int64_t *sums = mem_calloc((size_t)n, sizeof *sums);
    struct walker w;

    if (!sums)
        return err_memory(err, "a reduction");
    for (int64_t i = 0; i < n; i++)
        sums[i] = r->whole_start;
    walker_begin(&w, &x->shape, mask);
    for (int64_t i = 0; i < many; i += CHUNK) {
        int64_t some = some_of(many, i);
        convert_to_i64(v, x, i, some);
        for (int64_t k = 0; k < some; k += run, walker_skip(&w, run)) {
            run = walker_run(&w, some - k);
            for (int64_t j = 0; j < run; j++) {
                int64_t *sum = &sums[w.at + j * w.step[last]];
                *sum = r->whole_add(*sum, v[k + j], x->dtype);
            }
        }
    }
    for (int64_t i = 0; r->whole_end && i < n; i++)
        sums[i] = r->whole_end(sums[i], each);
    convert_from_i64(out, 0, n, sums);
    mem_free(sums);
    return 0;
}

static int reduce(struct host_call *c, const struct tensor *x, unsigned mask,
                  const struct shape *shape, const struct ops_reduction *r,
                  struct prune_error *err)
{
    struct tensor *out, in = *x;
    int64_t each = 1;
    int e = host_out(c, 0, x->dtype, shape, &out, err);

    for (int k = 0; k < x->shape.rank; k++)
        each = ops_times(each, mask >> k & 1 ? x->shape.dims[k] : 1);
    if (x->shape.rank == 0)
        in.shape = (struct shape){.rank = 1, .dims = {1}};
    if (e)
        return e;
    if (dtype_is_float(x->dtype) || !r->whole_add)
        return reduce_reals(out, &in, mask, each, r, err);
    return reduce_wholes(out, &in, mask, each, r, err);
}

int ops_host_reduce(struct host_call *c, const struct ops_reduction *r,
                    struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct ints axes = {0};
    struct shape shape;
    unsigned mask;
    int e = x ? ops_host_list(c, "axes", 1, &axes, err) : PRUNE_E_INPUT;

    if (e >= 0)
        e = ops_reduced_shape(&shape, &mask, c->node, &x->shape, &axes, err);
    if (e)
        return e;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "it cannot be computed of %s",
                           dtype_name(x->dtype));
    return reduce(c, x, mask, &shape, r, err);
}
