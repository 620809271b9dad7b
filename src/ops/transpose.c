#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/move.h"
#include "ops/ties.h"

/* Output axis i is input axis perm[i]; reversed when perm is absent. */
static int order_of(int perm[static MAX_RANK], const struct node *n, int rank,
                    struct prune_error *err)
{
    int64_t given[MAX_RANK] = {0};
    int64_t have = node_ints(n, "perm", given, MAX_RANK);
    unsigned seen = 0;

    for (int k = 0; k < rank; k++) {
        perm[k] = rank - 1 - k;
        if (have == 0)
            continue;
        if (have != rank || given[k] < 0 || given[k] >= rank ||
            (seen >> given[k] & 1))
            return ops_bad(n, err, "perm is no order of %d axes", rank);
        perm[k] = (int)given[k];
        seen |= 1u << given[k];
    }
    return 0;
}

static int order(int perm[static MAX_RANK], const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return order_of(perm, n, node_in(g, n, 0)->shape.rank, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    int perm[MAX_RANK];
    int e = order(perm, g, n, err);

    for (int k = 0; !e && k < out.rank; k++)
        out.dims[k] = node_in(g, n, 0)->shape.dims[perm[k]];
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int perm[MAX_RANK];
    int e = order(perm, g, n, err);

    return e ? e : ops_couple_map(c, g, n, perm, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_transpose};
    int e = order(p.transpose.perm, g, n, err);

    return e ? e : lower_simple(l, n, p, 1, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct shape shape;
    struct tensor *out;
    struct move m, own;
    int perm[MAX_RANK];
    int e = x ? order_of(perm, c->node, x->shape.rank, err) : PRUNE_E_INPUT;

    if (e)
        return e;
    shape = x->shape;
    for (int k = 0; k < shape.rank; k++)
        shape.dims[k] = x->shape.dims[perm[k]];
    if ((e = host_out(c, 0, x->dtype, &shape, &out, err)))
        return e;
    ops_move_into(&own, &shape, &x->shape);
    m = own;
    for (int k = 0; k < shape.rank; k++)
        m.from[k] = own.from[perm[k]];
    ops_move(out->data, x->data, &m, dtype_size(x->dtype));
    return 0;
}

const struct op op_transpose = {
    .name = "Transpose",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};
