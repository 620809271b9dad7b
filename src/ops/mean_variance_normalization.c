#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/normal.h"
#include "ops/ties.h"

/* y = (x - mean) / (deviation + 1e-9) over `axes`, by default 0, 2 and 3. */

static int read_axes(unsigned *mask, const struct node *n, int rank,
                     struct prune_error *err)
{
    int64_t axes[MAX_RANK] = {0, 2, 3}, many = 3;
    if (node_attr(n, "axes"))
        many = node_ints(n, "axes", axes, MAX_RANK);
    *mask = 0;
    for (int64_t i = 0; i < many && i < MAX_RANK; i++) {
        int axis = shape_axis(rank, axes[i]);
        if (axis < 0)
            return ops_bad(n, err, "axis %lld is outside an input of %d axes",
                           (long long)axes[i], rank);
        *mask |= 1U << axis;
    }
    return 0;
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    unsigned mask = 0;
    int rank = node_in(g, n, 0)->shape.rank;
    int e = read_axes(&mask, n, rank, err);
    if (!e)
        e = couple_through(c, g, n, err);
    for (int k = 0; !e && k < rank; k++)
        if (mask >> k & 1U)
            e = ops_freeze_live(c, g, n, k, "normalises the channels "
                                "together", err);
    return e;
}

/* Where element i of shape s falls among what the axes of the mask leave. */
static int64_t place(const struct shape *s, unsigned mask, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int k = s->rank - 1; k >= 0; k--) {
        if (!(mask >> k & 1U)) {
            at += i % s->dims[k] * step;
            step *= s->dims[k];
        }
        i /= s->dims[k];
    }
    return at;
}

static void run(const struct tensor *x, struct tensor *y, unsigned mask,
                double *sum, double *squares, int64_t left)
{
    int64_t n = tensor_numel(x);
    double v, many = (double)n / (double)left;
    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&v, x, i, 1);
        sum[place(&x->shape, mask, i)] += v;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t at = place(&x->shape, mask, i);
        convert_to_f64(&v, x, i, 1);
        v -= sum[at] / many;
        squares[at] += v * v;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t at = place(&x->shape, mask, i);
        convert_to_f64(&v, x, i, 1);
        v = (v - sum[at] / many) / (sqrt(squares[at] / many) + 1e-9);
        convert_from_f64(y, i, 1, &v);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y = NULL;
    unsigned mask = 0;
    int64_t left = 1;
    int e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    (void)(e || (e = read_axes(&mask, c->node, x->shape.rank, err)) ||
           (e = host_out(c, 0, x->dtype, &x->shape, &y, err)));
    if (e)
        return e;
    for (int k = 0; k < x->shape.rank; k++)
        left *= mask >> k & 1U ? 1 : x->shape.dims[k];
    double *sum = mem_calloc((size_t)left, 2 * sizeof *sum);
    if (!sum)
        return err_memory(err, "a normalisation");
    if (tensor_numel(x) > 0)
        run(x, y, mask, sum, sum + left, left);
    mem_free(sum);
    return 0;
}

const struct op op_mean_variance_normalization = {
    .name = "MeanVarianceNormalization",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_same,
    .couple = couple,
    .host = host,
};
