#include "engine/nd.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/move.h"
#include "ops/ties.h"

/* Input 0 broadcast with the shape that input 1 lists. */
static int resolve(struct shape *out, const struct node *n,
                   const struct shape *x, const struct ints *sizes,
                   struct prune_error *err)
{
    struct shape want = {.rank = 0};

    if (sizes->n > MAX_RANK)
        return ops_bad(n, err, "it has no shape of at most %d axes", MAX_RANK);
    for (want.rank = 0; want.rank < sizes->n; want.rank++)
        if ((want.dims[want.rank] = sizes->at[want.rank]) < 0)
            return ops_bad(n, err, "a negative size");
    return shape_broadcast(out, x, &want, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out;
    struct ints sizes;
    int e;

    if (ops_open_list(g, n, NULL, 1))
        return ops_out_late(g, n);
    e = ops_list(g, n, NULL, 1, &sizes, err);
    if (e >= 0)
        e = resolve(&out, n, &x->shape, &sizes, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    const struct shape *out = &node_out(g, n, 0)->shape;
    int map[MAX_RANK];

    couple_plain_all(c, n->inputs[1]);
    if (ops_couple_ints(c, g, n))
        return 0;
    for (int k = 0; k < out->rank; k++) {
        int from = k - (out->rank - x->rank);
        map[k] = from >= 0 && x->dims[from] == out->dims[k] ? from : -1;
    }
    return ops_couple_map(c, g, n, map, err);
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    return ops_mend_sizes(c, node, 1, 1, err);
}

enum { MAX_ZEROS = 1 << 22 };

/* The sum with zeros of the wanted shape, unless those are too many to keep
 * for that. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_binary, .binary = {BIN_ADD}};
    struct tensor *zeros;
    int in[2], e;

    if (shape_equal(&node_in(g, n, 0)->shape, &node_out(g, n, 0)->shape))
        return ops_lower_view(l, g, n, err);
    if (shape_numel(&node_out(g, n, 0)->shape) > MAX_ZEROS)
        return lower_refuse(n, err, "its output is large");
    e = tensor_new(&zeros, DTYPE_F32, &node_out(g, n, 0)->shape, err);
    if (e)
        return e;
    in[0] = lower_in(l, n, 0);
    in[1] = lower_constant(l, zeros, err);
    if (in[1] < 0)
        return in[1];
    return lower_add(l, n, p, in, 2, lower_out(l, n, 0), err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct ints sizes;
    struct shape shape;
    struct tensor *out;
    struct move m;
    int e = x ? ops_host_list(c, NULL, 1, &sizes, err) : PRUNE_E_INPUT;

    if (e >= 0)
        e = resolve(&shape, c->node, &x->shape, &sizes, err);
    if (e || (e = host_out(c, 0, x->dtype, &shape, &out, err)) || !out->size)
        return e;
    ops_move_into(&m, &shape, &shape);
    nd_broadcast_strides(&x->shape, &shape, m.from);
    ops_move(out->data, x->data, &m, dtype_size(x->dtype));
    return 0;
}

const struct op op_expand = {
    .name = "Expand",
    .domain = "",
    .since = 8,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = lower,
    .host = host,
};
