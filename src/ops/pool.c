#include "ops/pool.h"

#include "ops/infer.h"
#include "ops/window.h"

int ops_infer_pool(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct window w;
    int e = ops_window_pool(&w, g, n, err);

    if (e)
        return e;
    for (int i = 0; i < w.space; i++)
        out.dims[2 + i] = w.out[i];
    e = ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
    return e ? e : ops_out(g, n, 1, &out, DTYPE_I64, err);
}

int ops_infer_global_pool(struct graph *g, struct node *n,
                          struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;

    if (out.rank < 3)
        return ops_bad(n, err, "an input of %d axes has no space", out.rank);
    for (int i = 2; i < out.rank; i++)
        out.dims[i] = 1;
    return ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

int ops_lower_pool(struct lowering *l, const struct graph *g,
                   const struct node *n, enum pool_mode mode,
                   struct prune_error *err)
{
    struct prim p = {.kind = &prim_pool};
    struct window w;
    int e = ops_window_pool(&w, g, n, err);

    if (e)
        return e;
    p.pool.mode = mode;
    p.pool.space = w.space;
    for (int i = 0; i < w.space; i++) {
        p.pool.kernel[i] = w.kernel[i];
        p.pool.stride[i] = w.stride[i];
        p.pool.dilation[i] = w.dilation[i];
        p.pool.pad_low[i] = w.pad_low[i];
        p.pool.pad_high[i] = w.pad_high[i];
        p.pool.ceil_extra[i] = w.ceil_extra[i];
    }
    return lower_simple(l, n, p, 1, err);
}

int ops_lower_global_pool(struct lowering *l, const struct graph *g,
                          const struct node *n, enum pool_mode mode,
                          struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    struct prim p = {.kind = &prim_pool};
    int space = 0;
    int e = ops_space(&space, g, n, err);

    if (e)
        return e;
    p.pool.mode = mode;
    p.pool.space = space;
    for (int i = 0; i < space; i++) {
        p.pool.kernel[i] = x->dims[2 + i];
        p.pool.stride[i] = p.pool.dilation[i] = 1;
    }
    return lower_simple(l, n, p, 1, err);
}
