#include "ops/mend.h"

#include <string.h>

/* Room for an input that the node did not have. */
static int grow(struct graph *g, struct node *n, int n_inputs,
                struct prune_error *err)
{
    int *inputs = arena_calloc(&g->arena, (size_t)n_inputs, sizeof *inputs);

    if (!inputs)
        return err_memory(err, "a node's inputs");
    for (int k = 0; k < n_inputs; k++)
        inputs[k] = k < n->n_inputs ? n->inputs[k] : NO_VALUE;
    n->inputs = inputs;
    n->n_inputs = n_inputs;
    return 0;
}

int ops_mend_input(struct cut *c, int node, int i, const struct ints *v,
                   struct prune_error *err)
{
    struct node *n = &c->g->nodes[node];
    int e = i < n->n_inputs ? 0 : grow(c->g, n, i + 1, err);

    return e ? e : cut_set_ints(c, node, i, v->at, v->n, err);
}

int ops_mend_list(struct cut *c, int node, const char *attr, int i,
                  const struct ints *v, struct prune_error *err)
{
    if (node_attr(&c->g->nodes[node], attr))
        return node_set_ints(c->g, node, attr, v->at, v->n, err);
    return ops_mend_input(c, node, i, v, err);
}

int64_t ops_kept(const struct cut *c, int value, int axis, int64_t from,
                 int64_t to)
{
    int64_t n = 0;

    for (int64_t i = from; i < to; i++)
        n += cut_keeps(c, value, axis, i) != 0;
    return n;
}

static int touches_any(const struct cut *c, int value)
{
    for (int k = 0; k < c->g->values[value].shape.rank; k++)
        if (cut_touches(c, value, k))
            return 1;
    return 0;
}

/* Puts `copy` where an axis is the input's own: for Reshape (0) the one at
 * the same place from the front, if neither is cut; for Expand (1) from the
 * back. */
static void copy_sizes(const struct cut *c, const struct node *n,
                       struct ints *sizes, int64_t copy)
{
    const struct shape *in = &node_in(c->g, n, 0)->shape;
    const struct shape *out = &node_out(c->g, n, 0)->shape;

    for (int64_t k = 0; k < sizes->n; k++) {
        int64_t to = out->rank - sizes->n + k;
        int64_t from = copy ? to - (out->rank - in->rank) : to;
        if (to < 0 || from < 0 || from >= in->rank ||
            in->dims[from] != out->dims[to])
            continue;
        if (copy || (!cut_touches(c, n->inputs[0], (int)from) &&
                     !cut_touches(c, n->outputs[0], (int)to)))
            sizes->at[k] = copy;
    }
}

static int is_written(const struct graph *g, int value)
{
    return value >= 0 && value_constant_home(g, value) != NO_VALUE;
}

int ops_size_home(struct size_home *out, const struct graph *g, int node,
                  int i, int64_t k)
{
    int list = i < g->nodes[node].n_inputs ? g->nodes[node].inputs[i]
                                           : NO_VALUE;
    int from = list < 0 ? -1 : g->values[list].producer;

    *out = (struct size_home){node, i, k};
    if (list < 0 || is_written(g, list))
        return list >= 0;
    if (from < 0 || strcmp(g->nodes[from].type, "Concat") ||
        graph_n_uses(g, list) != 1)
        return 0;
    const struct node *join = &g->nodes[from];
    for (int part = 0; part < join->n_inputs; part++) {
        const struct value *v = node_in(g, join, part);
        int64_t n = v && v->shape.rank == 1 ? v->shape.dims[0] : -1;
        if (n < 0)
            return 0;
        *out = (struct size_home){from, part, k};
        if (k < n)
            return is_written(g, join->inputs[part]);
        k -= n;
    }
    return 0;
}

/* One entry of a list that is joined of parts. */
static int mend_part(struct cut *c, int node, int i, int64_t k, int64_t size,
                     struct prune_error *err)
{
    struct size_home home;
    struct ints part;

    if (!ops_size_home(&home, c->g, node, i, k) ||
        !ops_in_ints(c->g, &c->g->nodes[home.node], home.input, &part) ||
        part.at[home.at] <= 0)
        return 0;
    part.at[home.at] = size;
    return ops_mend_input(c, home.node, home.input, &part, err);
}

static int mend_parts(struct cut *c, int node, int i, int out, int rank,
                      struct prune_error *err)
{
    int e = 0;

    for (int k = 0; !e && k < rank; k++)
        if (cut_touches(c, out, k))
            e = mend_part(c, node, i, k, cut_extent(c, out, k), err);
    return e;
}

int ops_mend_sizes(struct cut *c, int node, int i, int64_t copy,
                   struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    int out = n->outputs[0], rank = c->g->values[out].shape.rank;
    int computed = node_in(c->g, n, i) &&
                   value_constant_home(c->g, n->inputs[i]) == NO_VALUE;
    struct ints sizes, was;

    if (!touches_any(c, out))
        return 0;
    if (computed && copy < 0)
        return mend_parts(c, node, i, out, rank, err);
    if (!ops_in_ints(c->g, n, i, &sizes))
        return 0;
    was = sizes;
    if (computed)
        copy_sizes(c, n, &sizes, copy);
    for (int64_t k = 0; k < sizes.n; k++) {
        int axis = (int)(rank - sizes.n + k); /* Expand's list may be short */
        if (axis >= 0 && cut_touches(c, out, axis) && was.at[k] > 0)
            sizes.at[k] = cut_extent(c, out, axis);
    }
    return ops_mend_input(c, node, i, &sizes, err);
}
