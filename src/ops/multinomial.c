#include <math.h>

#include "graph/convert.h"
#include "ops/chance.h"
#include "ops/infer.h"

/* out [N, sample_size]: classes drawn by the logarithms of their (not yet
 * normalised) probabilities, x [N, classes]. */
static int set_shape(struct shape *out, const struct node *n,
                     const struct shape *x, struct prune_error *err)
{
    int64_t many = node_int(n, "sample_size", 1);

    if (x->rank != 2 || many < 1 || x->dims[1] < 1)
        return ops_bad(n, err, "it draws %lld of an input of %d axes",
                       (long long)many, x->rank);
    *out = (struct shape){.rank = 2, .dims = {x->dims[0], many}};
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape shape;
    int e = set_shape(&shape, n, &node_in(g, n, 0)->shape, err);

    return e ? e
             : ops_out(g, n, 0, &shape,
                       (enum dtype)node_int(n, "dtype", DTYPE_I32), err);
}

/* The class at which the running sum passes a share of the whole. */
static int64_t draw(const struct tensor *x, int64_t row, double share)
{
    int64_t n = x->shape.dims[1];
    double most = -INFINITY, sum = 0, v;

    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&v, x, row * n + i, 1);
        most = v > most ? v : most;
    }
    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&v, x, row * n + i, 1);
        sum += exp(v - most);
    }
    share *= sum;
    for (int64_t i = 0; i < n; i++) {
        convert_to_f64(&v, x, row * n + i, 1);
        share -= exp(v - most);
        if (share < 0)
            return i;
    }
    return n - 1;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    enum dtype to = (enum dtype)node_int(c->node, "dtype", DTYPE_I32);
    struct shape shape;
    struct tensor *y;
    struct rng r;

    if (!x)
        return PRUNE_E_INPUT;
    if (!dtype_is_float(x->dtype) || (to != DTYPE_I32 && to != DTYPE_I64))
        return host_refuse(c, err, "classes of %s", dtype_name(to));
    int e = set_shape(&shape, c->node, &x->shape, err);
    if (!e)
        e = host_out(c, 0, to, &shape, &y, err);
    chance_seed(&r, c->node);
    for (int64_t i = 0; !e && i < shape_numel(&shape); i++) {
        int64_t v = draw(x, i / shape.dims[1], (double)rng_uniform(&r));
        convert_from_i64(y, i, 1, &v);
    }
    return e;
}

const struct op op_multinomial = {
    .name = "Multinomial",
    .domain = "",
    .since = 7,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_RANDOM,
    .infer = infer,
    .host = host,
};
