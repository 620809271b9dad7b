#include <math.h>

#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/normal.h"
#include "ops/ties.h"

/* x along `axis`, divided by its p-norm (p 1 or 2); a norm of 0 gives 0. */

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int axis = 0;
    int e = ops_axis(g, n, node_int(n, "axis", -1), &axis, err);
    if (!e)
        e = couple_through(c, g, n, err);
    return e ? e : ops_freeze_live(c, g, n, axis, "weighs the channels "
                                   "against each other", err);
}

/* n elements from `from` on, `step` apart. */
static void run(const struct tensor *x, struct tensor *y, int64_t from,
                int64_t n, int64_t step, int64_t p)
{
    double v, sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&v, x, from + i * step, 1);
        sum += p == 1 ? fabs(v) : v * v;
    }
    double norm = p == 1 ? sum : sqrt(sum);
    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&v, x, from + i * step, 1);
        v = norm > 0.0 ? v / norm : 0.0;
        convert_from_f64(y, from + i * step, 1, &v);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int64_t p = node_int(c->node, "p", 2);
    struct tensor *y = NULL;
    int axis = 0, e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    (void)(e || (e = ops_host_axis(c, &x->shape, -1, &axis, err)) ||
           (e = host_out(c, 0, x->dtype, &x->shape, &y, err)));
    if (!e && p != 1 && p != 2)
        e = host_bad(c, err, "a norm of %lld", (long long)p);
    if (e)
        return e;
    int64_t outer = shape_span(&x->shape, 0, axis), n = x->shape.dims[axis];
    int64_t inner = shape_span(&x->shape, axis + 1, x->shape.rank);
    for (int64_t i = 0; i < outer; i++)
        for (int64_t k = 0; k < inner; k++)
            run(x, y, i * n * inner + k, n, inner, p);
    return 0;
}

const struct op op_lp_normalization = {
    .name = "LpNormalization",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_same,
    .couple = couple,
    .host = host,
};
