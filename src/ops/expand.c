#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/ties.h"

/* Input 0 broadcast with the shape that input 1 lists. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape want = {.rank = 0}, out;
    struct ints sizes;
    int e = ops_list(g, n, NULL, 1, &sizes, err);

    if (e < 0)
        return e;
    if (!e || sizes.n > MAX_RANK)
        return ops_bad(n, err, "it has no shape of at most %d axes", MAX_RANK);
    for (want.rank = 0; want.rank < sizes.n; want.rank++)
        if ((want.dims[want.rank] = sizes.at[want.rank]) < 0)
            return ops_bad(n, err, "a negative size");
    e = shape_broadcast(&out, &node_in(g, n, 0)->shape, &want, err);
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
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

/* The sum with zeros of the wanted shape. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_binary, .binary = {BIN_ADD}};
    struct tensor *zeros;
    int in[2], e;

    if (shape_equal(&node_in(g, n, 0)->shape, &node_out(g, n, 0)->shape))
        return ops_lower_view(l, g, n, err);
    e = tensor_new(&zeros, DTYPE_F32, &node_out(g, n, 0)->shape, err);
    if (e)
        return e;
    in[0] = lower_in(l, n, 0);
    in[1] = lower_constant(l, zeros, err);
    if (in[1] < 0)
        return in[1];
    return lower_add(l, n, p, in, 2, lower_out(l, n, 0), err);
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
};
