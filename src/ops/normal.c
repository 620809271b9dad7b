#include "ops/normal.h"

#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"

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

/* x [N,C,S] in groups of `each` channels; scale and shift [C / every]. */
struct groups {
    int64_t rows, groups, each, space, every;
    double *row, *scale, *shift;
};

static void run_groups(const struct groups *k, const struct tensor *x,
                       struct tensor *y, double epsilon)
{
    int64_t n = k->each * k->space;
    for (int64_t i = 0; i < k->rows; i++) {
        int64_t first = i % k->groups * k->each;
        convert_to_f64(k->row, x, i * n, n);
        (void)ops_normalise(k->row, n, epsilon);
        for (int64_t j = 0; j < n; j++) {
            int64_t at = (first + j / k->space) / k->every;
            k->row[j] = k->row[j] * k->scale[at] + k->shift[at];
        }
        convert_from_f64(y, i * n, n, k->row);
    }
}

static int take_groups(struct groups *k, const struct tensor *x,
                       int64_t groups, int per_group, struct prune_error *err)
{
    int64_t channels = x->shape.dims[1];
    k->groups = groups;
    k->each = channels / groups;
    k->rows = x->shape.dims[0] * groups;
    k->space = shape_span(&x->shape, 2, x->shape.rank);
    k->every = per_group && k->each ? k->each : 1;
    k->row = mem_calloc((size_t)k->each, (size_t)k->space * sizeof *k->row);
    k->scale = mem_calloc((size_t)channels, 2 * sizeof *k->scale);
    if (!k->row || !k->scale)
        return err_memory(err, "a normalisation");
    k->shift = k->scale + channels;
    return 0;
}

int ops_host_groups(struct host_call *c, int64_t groups, int per_group,
                    struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct groups k = {0};
    struct tensor *y = NULL;
    int e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    if (!e && (x->shape.rank < 2 || groups < 1 || x->shape.dims[1] % groups))
        e = host_bad(c, err, "%lld groups do not divide its channels",
                     (long long)groups);
    if (e)
        return e;
    int64_t n = per_group ? groups : x->shape.dims[1];
    e = take_groups(&k, x, groups, per_group, err);
    (void)(e || (e = ops_vector(k.scale, n, c, 1, 1.0, err)) ||
           (e = ops_vector(k.shift, n, c, 2, 0.0, err)) ||
           (e = host_out(c, 0, x->dtype, &x->shape, &y, err)));
    if (!e && k.each * k.space > 0)
        run_groups(&k, x, y, (double)node_float(c->node, "epsilon", 1e-5F));
    mem_free(k.row);
    mem_free(k.scale);
    return e;
}

int ops_infer_channels(struct graph *g, struct node *n,
                       struct prune_error *err)
{
    int rank = node_in(g, n, 0)->shape.rank;
    if (rank < 2)
        return ops_bad(n, err, "an input of %d axes has no channels", rank);
    return ops_infer_same(g, n, err);
}
