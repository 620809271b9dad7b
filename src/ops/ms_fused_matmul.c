#include "ops/infer.h"
#include "ops/lowering.h"

/* out = alpha a' b', where a' and b' may be a and b with their last two
 * axes exchanged; leading axes broadcast. */

struct product {
    int trans_a, trans_b;
    struct shape out;
};

static int sizes(struct product *p, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct shape a = node_in(g, n, 0)->shape, b = node_in(g, n, 1)->shape;
    int64_t rows, cols;

    p->trans_a = node_int(n, "transA", 0) != 0;
    p->trans_b = node_int(n, "transB", 0) != 0;
    if (a.rank < 2 || b.rank < 2)
        return ops_bad(n, err, "a factor has fewer than two axes");
    a.rank -= 2;
    b.rank -= 2;
    rows = a.dims[a.rank + p->trans_a];
    cols = b.dims[b.rank + !p->trans_b];
    if (a.dims[a.rank + !p->trans_a] != b.dims[b.rank + p->trans_b] ||
        shape_broadcast(&p->out, &a, &b, NULL))
        return ops_bad(n, err, "its factors do not fit");
    p->out.dims[p->out.rank++] = rows;
    p->out.dims[p->out.rank++] = cols;
    return 0;
}

static int exchanges_batch(const struct node *n)
{
    return node_int(n, "transBatchA", 0) || node_int(n, "transBatchB", 0);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct product p;
    int e = exchanges_batch(n) ? 0 : sizes(&p, g, n, err);

    if (e || exchanges_batch(n))
        return e;
    return ops_out(g, n, 0, &p.out, node_in(g, n, 0)->dtype, err);
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    const struct shape *a = &node_in(g, n, 0)->shape;
    int inner = node_int(n, "transA", 0) ? a->rank - 2 : a->rank - 1;

    out->macs = ops_macs(&node_out(g, n, 0)->shape,
                         inner >= 0 ? a->dims[inner] : 0);
    out->weights = out->learned = 1u << 1;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim prim = {.kind = &prim_matmul};
    struct product p;
    int e;

    if (exchanges_batch(n))
        return lower_refuse(n, err, "it exchanges batch axes");
    e = sizes(&p, g, n, err);
    if (e)
        return e;
    prim.matmul.trans_a = p.trans_a;
    prim.matmul.trans_b = p.trans_b;
    prim.matmul.alpha = node_float(n, "alpha", 1);
    return lower_simple(l, n, prim, 2, err);
}

const struct op op_ms_fused_matmul = {
    .name = "FusedMatMul",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .cost = cost,
    .lower = lower,
};
