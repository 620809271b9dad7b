#include "ops/normal.h"

#include <math.h>

#include "graph/convert.h"

struct moments ops_normalise(double *x, int64_t n, double epsilon)
{
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    double mean = n > 0 ? sum / (double)n : 0.0;
    for (int64_t i = 0; i < n; i++) {
        x[i] -= mean;
        squares += x[i] * x[i];
    }
    double variance = n > 0 ? squares / (double)n : 0.0;
    double inverse = 1.0 / sqrt(variance + epsilon);
    for (int64_t i = 0; i < n; i++)
        x[i] *= inverse;
    return (struct moments){mean, inverse};
}

/* How far apart neighbours along each of `rank` axes lie in a tensor of
 * shape s; 0 where it repeats. Nonzero when it does not fit. */
static int strides_of(int64_t *stride, const struct shape *s,
                      const int64_t *dims, int rank)
{
    int64_t step = 1;
    for (int k = 0; k < s->rank - rank; k++)
        if (s->dims[k] != 1)
            return -1;
    for (int k = rank - 1; k >= 0; k--) {
        int own = k + s->rank - rank;
        int64_t size = own < 0 ? 1 : s->dims[own];
        if (size != 1 && size != dims[k])
            return -1;
        stride[k] = size == 1 ? 0 : step;
        step *= size;
    }
    return 0;
}

int ops_spread(double *out, const struct tensor *t, const int64_t *dims,
               int rank, const struct host_call *c, struct prune_error *err)
{
    int64_t stride[MAX_RANK] = {0}, at[MAX_RANK] = {0}, from = 0, n = 1;
    char text[96];
    if (strides_of(stride, &t->shape, dims, rank))
        return host_bad(c, err, "a parameter of shape %s does not fit",
                        shape_text(&t->shape, text));
    for (int k = 0; k < rank; k++)
        n *= dims[k];
    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&out[i], t, from, 1);
        for (int k = rank - 1; k >= 0; k--) {
            from += stride[k];
            if (++at[k] < dims[k])
                break;
            from -= at[k] * stride[k];
            at[k] = 0;
        }
    }
    return 0;
}

int ops_vector(double *out, int64_t n, const struct host_call *c, int i,
               double other, struct prune_error *err)
{
    const struct tensor *t = host_in(c, i);
    char text[96];
    if (t && (!convert_can(t->dtype) || tensor_numel(t) != n))
        return host_bad(c, err, "input %d is %s, not a vector of %lld", i,
                        shape_text(&t->shape, text), (long long)n);
    if (t)
        convert_to_f64(out, t, 0, n);
    for (int64_t k = 0; !t && k < n; k++)
        out[k] = other;
    return 0;
}

int ops_need_float(const struct host_call *c, const struct tensor *t,
                   struct prune_error *err)
{
    return dtype_is_float(t->dtype) && convert_can(t->dtype)
               ? 0
               : host_refuse(c, err, "not of %s", dtype_name(t->dtype));
}

int ops_host_axis(const struct host_call *c, const struct shape *s,
                  int64_t other, int *axis, struct prune_error *err)
{
    int64_t told = node_int(c->node, "axis", other);
    *axis = shape_axis(s->rank, told);
    return *axis < 0 ? host_bad(c, err, "axis %lld is outside an input of %d "
                                "axes", (long long)told, s->rank)
                     : 0;
}
