#include "ops/mend.h"

#include <string.h>

static int attach(struct cut *c, int node, int i, const struct ints *v,
                  struct prune_error *err)
{
    struct shape shape = {.rank = 1, .dims = {v->n}};
    struct tensor *t;
    int value, *inputs;
    struct node *n;
    int e = tensor_new(&t, DTYPE_I64, &shape, err);

    if (e)
        return e;
    memcpy(t->data, v->at, (size_t)v->n * sizeof *v->at);
    e = graph_add_constant(c->g, "sizes", t, &value, err);
    if (e)
        return e;
    n = &c->g->nodes[node];
    if (i >= n->n_inputs) {
        inputs = arena_calloc(&c->g->arena, (size_t)i + 1, sizeof *inputs);
        if (!inputs)
            return err_memory(err, "a node's inputs");
        for (int k = 0; k <= i; k++)
            inputs[k] = k < n->n_inputs ? n->inputs[k] : NO_VALUE;
        n->inputs = inputs;
        n->n_inputs = i + 1;
    }
    n->inputs[i] = value;
    n->changed = 1;
    return 0;
}

int ops_mend_input(struct cut *c, int node, int i, const struct ints *v,
                   struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];

    if (node_in(c->g, n, i) &&
        value_constant_home(c->g, n->inputs[i]) != NO_VALUE)
        return cut_set_ints(c, node, i, v->at, v->n, err);
    return attach(c, node, i, v, err);
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

/* A list that was computed holds the sizes of today's batch: such axes are
 * copied from the input instead, where they are the same axis of it. */
static void symbolic(const struct cut *c, const struct node *n,
                     struct ints *sizes)
{
    const struct shape *in = &node_in(c->g, n, 0)->shape;
    const struct shape *out = &node_out(c->g, n, 0)->shape;

    for (int k = 0; k < sizes->n && k < in->rank; k++) {
        if (in->dims[k] != out->dims[k])
            break;
        if (!cut_touches(c, n->outputs[0], k))
            sizes->at[k] = 0;
    }
}

int ops_mend_sizes(struct cut *c, int node, int i, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    int out = n->outputs[0], rank = c->g->values[out].shape.rank;
    struct ints sizes;

    if (!touches_any(c, out) || !ops_in_ints(c->g, n, i, &sizes))
        return 0;
    if (value_constant_home(c->g, n->inputs[i]) == NO_VALUE &&
        strcmp(n->type, "Reshape") == 0)
        symbolic(c, n, &sizes);
    for (int64_t k = 0; k < sizes.n; k++) {
        int axis = (int)(rank - sizes.n + k); /* Expand's list may be short */
        if (axis >= 0 && cut_touches(c, out, axis) && sizes.at[k] > 0)
            sizes.at[k] = cut_extent(c, out, axis);
    }
    return ops_mend_input(c, node, i, &sizes, err);
}
