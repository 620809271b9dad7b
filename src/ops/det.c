#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/normal.h"

/* x [..., M, M], y [...]: the determinants, by elimination with the largest
 * pivot of each column. */

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape s = node_in(g, n, 0)->shape;

    if (s.rank < 2 || s.dims[s.rank - 1] != s.dims[s.rank - 2])
        return ops_bad(n, err, "its input holds no square matrices");
    s.rank -= 2;
    return ops_out(g, n, 0, &s, node_in(g, n, 0)->dtype, err);
}

static int64_t pivot(const double *m, int64_t n, int64_t k)
{
    int64_t best = k;

    for (int64_t i = k + 1; i < n; i++)
        if (fabs(m[i * n + k]) > fabs(m[best * n + k]))
            best = i;
    return best;
}

static double determinant(double *m, int64_t n)
{
    double product = 1.0;

    for (int64_t k = 0; k < n; k++) {
        int64_t p = pivot(m, n, k);
        if (m[p * n + k] == 0.0)
            return 0.0;
        for (int64_t j = 0; p != k && j < n; j++) {
            double swap = m[p * n + j];
            m[p * n + j] = m[k * n + j];
            m[k * n + j] = swap;
        }
        product *= p == k ? m[k * n + k] : -m[k * n + k];
        for (int64_t i = k + 1; i < n; i++) {
            double f = m[i * n + k] / m[k * n + k];
            for (int64_t j = k; j < n; j++)
                m[i * n + j] -= f * m[k * n + j];
        }
    }
    return product;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y;
    struct shape s;
    double *m;
    int64_t n;
    int e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;

    if (e)
        return e;
    s = x->shape;
    if (s.rank < 2 || s.dims[s.rank - 1] != s.dims[s.rank - 2])
        return host_bad(c, err, "its input holds no square matrices");
    n = s.dims[s.rank - 1];
    s.rank -= 2;
    e = host_out(c, 0, x->dtype, &s, &y, err);
    if (e)
        return e;
    m = mem_calloc((size_t)n, (size_t)n * sizeof *m);
    if (!m)
        return err_memory(err, "a matrix");
    for (int64_t i = 0; i < shape_numel(&s); i++) {
        convert_to_f64(m, x, i * n * n, n * n);
        double d = determinant(m, n);
        convert_from_f64(y, i, 1, &d);
    }
    mem_free(m);
    return 0;
}

const struct op op_det = {
    .name = "Det",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .host = host,
};
