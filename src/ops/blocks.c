#include "ops/blocks.h"

#include "ops/infer.h"
#include "ops/move.h"
#include "ops/ties.h"

int ops_block_size(int64_t *out, const struct node *n, const struct shape *x,
                   struct prune_error *err)
{
    int64_t b = node_int(n, "blocksize", 0);

    if (x->rank != 4)
        return ops_bad(n, err, "its input has %d axes, not four", x->rank);
    if (b < 1 || b > 1 << 20)
        return ops_bad(n, err, "blocks of %lld positions", (long long)b);
    *out = b;
    return 0;
}

int ops_infer_blocks(struct graph *g, const struct node *n, ops_blocks_f *find,
                     struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct blocks b;
    int e = find(&b, n, &x->shape, err);

    return e ? e : ops_out(g, n, 0, &b.out, x->dtype, err);
}

static struct shape reordered(const struct blocks *b)
{
    struct shape s = {.rank = 6};

    for (int k = 0; k < 6; k++)
        s.dims[k] = b->in.dims[b->order[k]];
    return s;
}

int ops_lower_blocks(struct lowering *l, const struct graph *g,
                     const struct node *n, ops_blocks_f *find,
                     struct prune_error *err)
{
    struct prim view = {.kind = &prim_view}, p = {.kind = &prim_transpose};
    int in = lower_in(l, n, 0), from, to, e;
    struct blocks b;
    struct shape shape;

    if ((e = find(&b, n, &node_in(g, n, 0)->shape, err)))
        return e;
    shape = reordered(&b);
    for (int k = 0; k < 6; k++)
        p.transpose.perm[k] = b.order[k];
    if ((from = lower_temp(l, &b.in, err)) < 0)
        return from;
    if ((to = lower_temp(l, &shape, err)) < 0)
        return to;
    e = lower_add(l, n, view, &in, 1, from, err);
    if (!e)
        e = lower_add(l, n, p, &from, 1, to, err);
    return e ? e : lower_add(l, n, view, &to, 1, lower_out(l, n, 0), err);
}

int ops_host_blocks(struct host_call *c, ops_blocks_f *find,
                    struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct blocks b;
    struct tensor *out;
    struct shape shape;
    struct move own, m;
    int e = x ? find(&b, c->node, &x->shape, err) : PRUNE_E_INPUT;

    if (!e)
        e = host_out(c, 0, x->dtype, &b.out, &out, err);
    if (e)
        return e;
    shape = reordered(&b);
    ops_move_into(&own, &shape, &b.in);
    m = own;
    for (int k = 0; k < 6; k++)
        m.from[k] = own.from[b.order[k]];
    ops_move(out->data, x->data, &m, dtype_size(x->dtype));
    return 0;
}

int ops_couple_blocks(struct coupling *c, const struct graph *g,
                      const struct node *n, int few, int many, int64_t each,
                      int64_t step, struct prune_error *err)
{
    int64_t n_few = g->values[few].shape.dims[1];
    int64_t n_many = g->values[many].shape.dims[1];
    int e = 0;

    if (ops_couple_ints(c, g, n))
        return 0;
    ops_plain_image(c, g, few);
    ops_plain_image(c, g, many);
    if (couple_is_plain(c, n->inputs[0], 1)) {
        couple_plain(c, n->outputs[0], 1);
        return 0;
    }
    for (int64_t i = 0; i < n_few; i++)
        for (int64_t k = 0; !e && k < n_many / n_few; k++)
            e = couple_one(c, many, 1, i * each + k * step, few, 1, i, err);
    return e;
}
