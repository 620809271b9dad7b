#include "ops/skip.h"

#include "ops/contrib.h"
#include "ops/infer.h"

int ops_infer_skip(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape sum, rows = x->shape;
    int e;

    if (x->shape.rank < 1 ||
        shape_broadcast(&sum, &x->shape, &node_in(g, n, 1)->shape, NULL) ||
        !shape_equal(&sum, &x->shape))
        return ops_bad(n, err, "its first two inputs do not fit");
    rows.dims[rows.rank - 1] = 1;
    (void)((e = ops_out(g, n, 0, &x->shape, x->dtype, err)) ||
           (e = ops_out(g, n, 1, &rows, DTYPE_F32, err)) ||
           (e = ops_out(g, n, 2, &rows, DTYPE_F32, err)) ||
           (e = ops_out(g, n, 3, &x->shape, x->dtype, err)));
    return e;
}

int ops_couple_skip(struct coupling *c, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    return ops_couple_rows(c, g, n, 2, "normalises the channels together",
                           err);
}

int ops_lower_skip(struct lowering *l, const struct graph *g,
                   const struct node *n, int bias, struct prune_error *err)
{
    const struct shape *s = &node_in(g, n, 0)->shape;
    struct prim add = {.kind = &prim_binary, .binary = {BIN_ADD}};
    int a = lower_in(l, n, 0), b = lower_in(l, n, 1);
    int sum = lower_out(l, n, 3), e;

    if (ops_is_read(g, n, 1) || ops_is_read(g, n, 2))
        return lower_refuse(n, err, "its mean or deviation is asked for");
    if (node_in(g, n, bias)) {
        a = ops_temp_binary(l, n, s, BIN_ADD, a, lower_in(l, n, bias), err);
        if (a < 0)
            return a;
    }
    if (sum == NO_SLOT)
        sum = lower_temp(l, s, err);
    if (sum < 0)
        return sum;
    e = lower_add(l, n, add, (int[]){a, b}, 2, sum, err);
    return e ? e : sum;
}
