#include "prune/constant.h"

struct tensor *constant_vector(int64_t n, struct prune_error *err)
{
    struct tensor *t = NULL;
    struct shape s = {.rank = 1, .dims = {n}};
    tensor_new(&t, DTYPE_F32, &s, err);
    return t;
}

struct tensor *constant_input(const struct graph *g, const struct node *n,
                              int input)
{
    if (input >= n->n_inputs || n->inputs[input] < 0)
        return NULL;
    struct tensor *t = value_constant(g, n->inputs[input]);
    return t && t->dtype == DTYPE_F32 ? t : NULL;
}

int constant_replace(struct graph *g, int node, int input, struct tensor *t,
                     struct prune_error *err)
{
    int value = g->nodes[node].inputs[input], fresh, rc;
    if (value >= 0 && g->values[value].constant &&
        graph_n_uses(g, value) == 1)
        return graph_set_constant(g, value, t, err);
    const char *stem = value >= 0 ? g->values[value].name : "constant";
    if ((rc = graph_add_constant(g, stem, t, &fresh, err)))
        return rc;
    g->nodes[node].inputs[input] = fresh;
    g->nodes[node].changed = 1;
    return 0;
}
