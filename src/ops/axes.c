#include "ops/axes.h"

#include "ops/infer.h"
#include "ops/ints.h"

int ops_infer_map(struct graph *g, const struct node *n, const int *map,
                  int n_out, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out = {.rank = n_out};
    struct ints held;
    int e;

    for (int k = 0; k < n_out; k++)
        out.dims[k] = map[k] < 0 ? 1 : x->shape.dims[map[k]];
    e = ops_out(g, n, 0, &out, x->dtype, err);
    if (e || !ops_in_ints(g, n, 0, &held))
        return e;
    return ops_set_ints(g, n, &held, err);
}
