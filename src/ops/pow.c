#include <math.h>

#include "graph/convert.h"
#include "ops/arith.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* a to the power of b; a constant exponent needs no second tensor. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct tensor *t = ops_f32(g, n, 1);

    if (t && tensor_numel(t) == 1 && t->shape.rank <= 1)
        return ops_lower_eltwise(l, n, ELT_POW, tensor_f32(t)[0], 0, err);
    return ops_lower_binary(l, g, n, BIN_POW, err);
}

static double real(double a, double b)
{
    return pow(a, b);
}

/* An integer to the power of a float is cut towards zero. */
static double cut(double a, double b)
{
    return trunc(pow(a, b));
}

/* By squaring, wrapping around. Of a negative power only that of 1 and -1
 * is an integer. */
static int64_t whole(int64_t a, int64_t b, enum dtype t)
{
    uint64_t base = (uint64_t)a, power = 1, n = (uint64_t)b;

    if (b < 0 && t != DTYPE_U64 && a != 1 && a != -1)
        return 0;
    for (; n; n >>= 1, base *= base)
        if (n & 1)
            power *= base;
    return (int64_t)power;
}

/* The exponent may be of another type. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *a = host_need(c, 0, err), *b = host_need(c, 1, err);
    struct ops_fold f = {real, whole, 0};
    struct shape shape;
    struct tensor *y;
    int e;

    if (!a || !b || shape_broadcast(&shape, &a->shape, &b->shape, err))
        return PRUNE_E_INPUT;
    if (!convert_can(a->dtype) || !convert_can(b->dtype))
        return host_refuse(c, err, "%s to the power of %s",
                           dtype_name(a->dtype), dtype_name(b->dtype));
    if (!dtype_is_float(a->dtype))
        f.real = cut;
    e = host_out(c, 0, a->dtype, &shape, &y, err);
    if (!e)
        ops_fold(y, a, b, &f);
    return e;
}

const struct op op_pow = {
    .name = "Pow",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .cost = ops_cost_riders,
    .lower = lower,
    .host = host,
};
