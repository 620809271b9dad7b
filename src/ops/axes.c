#include "ops/axes.h"

#include "ops/infer.h"
#include "ops/ties.h"

static void map_shape(struct shape *out, const struct shape *x,
                      const int *map)
{
    for (int k = 0; k < out->rank; k++)
        out->dims[k] = map[k] < 0 ? 1 : x->dims[map[k]];
}

static int find_map(int map[static MAX_RANK], int *n_out,
                    const struct graph *g, const struct node *n,
                    ops_map_f *find, struct prune_error *err)
{
    struct ints axes;
    int found = ops_list(g, n, "axes", 1, &axes, err);

    return found < 0 ? found
                     : find(map, n_out, n, &node_in(g, n, 0)->shape,
                            found ? &axes : NULL, err);
}

int ops_infer_map(struct graph *g, const struct node *n, ops_map_f *find,
                  struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out = {.rank = 0};
    int map[MAX_RANK], e;

    if (ops_open_list(g, n, "axes", 1))
        return ops_out_late(g, n);
    e = find_map(map, &out.rank, g, n, find, err);
    if (e)
        return e;
    map_shape(&out, &x->shape, map);
    return ops_out(g, n, 0, &out, x->dtype, err);
}

int ops_couple_axes(struct coupling *c, const struct graph *g,
                    const struct node *n, ops_map_f *find,
                    struct prune_error *err)
{
    int map[MAX_RANK], n_out;
    int e = find_map(map, &n_out, g, n, find, err);

    if (node_in(g, n, 1))
        couple_plain_all(c, n->inputs[1]);
    if (e || ops_couple_ints(c, g, n))
        return e;
    return ops_couple_map(c, g, n, map, err);
}

int ops_host_axes(struct host_call *c, ops_map_f *find,
                  struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct shape out = {.rank = 0};
    struct ints axes;
    int map[MAX_RANK], e, found;

    if (!x)
        return PRUNE_E_INPUT;
    found = ops_host_list(c, "axes", 1, &axes, err);
    e = found < 0 ? found
                  : find(map, &out.rank, c->node, &x->shape,
                         found ? &axes : NULL, err);
    if (e)
        return e;
    map_shape(&out, &x->shape, map);
    return host_view(c, 0, x, &out, err);
}
