#include "ops/contrib.h"

#include "ops/ties.h"

int ops_temp_eltwise(struct lowering *l, const struct node *n,
                     const struct shape *shape, enum eltwise f, float alpha,
                     float beta, int x, struct prune_error *err)
{
    struct prim p = {.kind = &prim_eltwise, .eltwise = {f, alpha, beta}};
    int out = x < 0 ? x : lower_temp(l, shape, err), e;

    if (out < 0)
        return out;
    e = lower_add(l, n, p, &x, 1, out, err);
    return e ? e : out;
}

int ops_temp_binary(struct lowering *l, const struct node *n,
                    const struct shape *shape, enum binary f, int a, int b,
                    struct prune_error *err)
{
    struct prim p = {.kind = &prim_binary, .binary = {f}};
    int out = a < 0 ? a : b < 0 ? b : lower_temp(l, shape, err), e;

    if (out < 0)
        return out;
    e = lower_add(l, n, p, (int[]){a, b}, 2, out, err);
    return e ? e : out;
}

int ops_lower_rms(struct lowering *l, const struct node *n,
                  const struct shape *shape, int axis, float epsilon, int x,
                  int scale, int out, struct prune_error *err)
{
    struct prim mean = {.kind = &prim_reduce, .reduce = {RED_MEAN, 0}};
    struct prim times = {.kind = &prim_binary, .binary = {BIN_MUL}};
    struct shape rows = *shape;
    int squares, sum, factor, scaled, e;

    for (int k = axis; k < rows.rank; k++) {
        rows.dims[k] = 1;
        mean.reduce.axes |= 1u << k;
    }
    squares = ops_temp_binary(l, n, shape, BIN_MUL, x, x, err);
    sum = squares < 0 ? squares : lower_temp(l, &rows, err);
    if (sum < 0)
        return sum;
    e = lower_add(l, n, mean, &squares, 1, sum, err);
    if (e)
        return e;
    sum = ops_temp_eltwise(l, n, &rows, ELT_LINEAR, 1, epsilon, sum, err);
    factor = ops_temp_eltwise(l, n, &rows, ELT_POW, -0.5F, 0, sum, err);
    scaled = ops_temp_binary(l, n, shape, BIN_MUL, x, factor, err);
    if (scaled < 0)
        return scaled;
    return lower_add(l, n, times, (int[]){scaled, scale}, 2, out, err);
}

int ops_couple_rows(struct coupling *c, const struct graph *g,
                    const struct node *n, int n_through, const char *reason,
                    struct prune_error *err)
{
    int rank = node_out(g, n, 0)->shape.rank, e = 0;

    e = couple_through(c, g, n, err);
    if (!e && rank > 0)
        e = ops_freeze_live(c, g, n, rank - 1, reason, err);
    for (int i = 1; !e && i < n->n_inputs; i++) {
        const struct value *v = node_in(g, n, i);
        if (!v)
            continue;
        if (i >= n_through || v->shape.rank != rank) {
            e = couple_freeze_all(c, n->inputs[i], n, reason, err);
            continue;
        }
        for (int k = 0; !e && k < rank; k++)
            e = v->shape.dims[k] == node_out(g, n, 0)->shape.dims[k]
                    ? couple_same(c, n->inputs[i], k, n->outputs[0], k, err)
                    : 0;
    }
    for (int i = 1; !e && i < n->n_outputs; i++)
        if (node_out(g, n, i))
            e = couple_freeze_all(c, n->outputs[i], n, reason, err);
    return e;
}

int ops_is_read(const struct graph *g, const struct node *n, int i)
{
    return node_out(g, n, i) && graph_n_uses(g, n->outputs[i]) > 0;
}
