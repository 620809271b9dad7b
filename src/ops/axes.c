#include "ops/axes.h"

#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

int ops_infer_map(struct graph *g, const struct node *n, ops_map_f *find,
                  struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out = {.rank = 0};
    struct ints held;
    int map[MAX_RANK];
    int e = find(map, &out.rank, g, n, err);

    for (int k = 0; !e && k < out.rank; k++)
        out.dims[k] = map[k] < 0 ? 1 : x->shape.dims[map[k]];
    if (!e)
        e = ops_out(g, n, 0, &out, x->dtype, err);
    if (e || !ops_in_ints(g, n, 0, &held))
        return e;
    return ops_set_ints(g, n, &held, err);
}

int ops_couple_axes(struct coupling *c, const struct graph *g,
                    const struct node *n, ops_map_f *find,
                    struct prune_error *err)
{
    int map[MAX_RANK], n_out;
    int e = find(map, &n_out, g, n, err);

    if (node_in(g, n, 1))
        couple_plain_all(c, n->inputs[1]);
    if (e || ops_couple_ints(c, g, n))
        return e;
    return ops_couple_map(c, g, n, map, err);
}
