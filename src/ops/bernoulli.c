#include "graph/convert.h"
#include "ops/chance.h"
#include "ops/infer.h"

/* 1 with the probability that stands in the input, else 0. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return chance_infer(g, n, 1, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y;
    struct rng r;

    if (!x)
        return PRUNE_E_INPUT;
    enum dtype to = (enum dtype)node_int(c->node, "dtype", x->dtype);
    if (!dtype_is_float(x->dtype) || !convert_can(to))
        return host_refuse(c, err, "numbers of %s by %s", dtype_name(to),
                           dtype_name(x->dtype));
    int e = host_out(c, 0, to, &x->shape, &y, err);
    chance_seed(&r, c->node);
    for (int64_t i = 0; !e && i < tensor_numel(x); i++) {
        double v;
        convert_to_f64(&v, x, i, 1);
        v = (double)rng_uniform(&r) < v ? 1 : 0;
        convert_from_f64(y, i, 1, &v);
    }
    return e;
}

const struct op op_bernoulli = {
    .name = "Bernoulli",
    .domain = "",
    .since = 15,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_RANDOM,
    .infer = infer,
    .host = host,
};
