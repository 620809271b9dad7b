#include "ops/mend.h"

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

int ops_mend_sizes(struct cut *c, int node, int i, int64_t copy,
                   struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    int out = n->outputs[0], rank = c->g->values[out].shape.rank;
    int computed = node_in(c->g, n, i) &&
                   value_constant_home(c->g, n->inputs[i]) == NO_VALUE;
    struct ints sizes, was;

    if (!touches_any(c, out) || !ops_in_ints(c->g, n, i, &sizes) ||
        (computed && copy < 0))
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
