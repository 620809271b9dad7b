#include <string.h>

#include "base/alloc.h"
#include "graph/graph.h"

/* Edits that layer removal is made of: uses moved, dead nodes swept. */

static int is_captured(const struct graph *g, int value)
{
    for (int i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->nodes[i].n_captured; k++)
            if (g->nodes[i].captured[k] == value)
                return 1;
    return 0;
}

static void exchange_names(struct value *a, struct value *b)
{
    const char *name = a->name;
    a->name = b->name;
    b->name = name;
    struct shape declared = a->declared;
    a->declared = b->declared;
    b->declared = declared;
    a->resized = b->resized = 1;
}

/* The graph output `from` becomes `to`, under its old name. */
static int move_output(struct graph *g, int from, int to,
                       struct prune_error *err)
{
    struct value *a = &g->values[from], *b = &g->values[to];
    if (b->is_output || b->is_input || value_constant_home(g, to) == to)
        return err_set(err, PRUNE_E_FAILED,
                       "output '%s' cannot be taken from '%s'", a->name,
                       b->name);
    exchange_names(a, b);
    a->is_output = 0;
    b->is_output = 1;
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == from)
            g->outputs[i] = to;
    return 0;
}

int graph_replace_uses(struct graph *g, int from, int to,
                       struct prune_error *err)
{
    if (from == to)
        return 0;
    if (is_captured(g, from) ||
        (g->values[from].is_output && is_captured(g, to)))
        return err_set(err, PRUNE_E_FAILED,
                       "'%s' is read by a subgraph and cannot be replaced",
                       g->values[from].name);
    int rc = g->values[from].is_output ? move_output(g, from, to, err) : 0;
    if (rc)
        return rc;
    for (int i = 0; i < g->n_nodes; i++) {
        struct node *n = &g->nodes[i];
        for (int k = 0; k < n->n_inputs; k++)
            if (n->inputs[k] == from) {
                n->inputs[k] = to;
                n->changed = 1;
            }
    }
    return 0;
}

static int makes_live(const struct node *n, const unsigned char *live)
{
    for (int k = 0; k < n->n_outputs; k++)
        if (n->outputs[k] >= 0 && live[n->outputs[k]])
            return 1;
    return 0;
}

static void mark_reads(const struct node *n, unsigned char *marks)
{
    for (int k = 0; k < n->n_inputs; k++)
        if (n->inputs[k] >= 0)
            marks[n->inputs[k]] = 1;
    for (int k = 0; k < n->n_captured; k++)
        marks[n->captured[k]] = 1;
}

static void drop_constant(struct value *v)
{
    tensor_unref(v->constant);
    v->constant = NULL;
    v->origin = NULL;
}

static void drop_node(struct graph *g, struct node *n)
{
    for (int k = 0; k < n->n_outputs; k++)
        if (n->outputs[k] >= 0) {
            drop_constant(&g->values[n->outputs[k]]);
            g->values[n->outputs[k]].producer = -1;
        }
    for (int k = 0; k < n->n_attrs; k++)
        tensor_unref(n->attrs[k].tensor);
}

/* live: values that reach an output; lost: values that dropped nodes read. */
static void sweep(struct graph *g, unsigned char *live, unsigned char *lost)
{
    for (int i = 0; i < g->n_outputs; i++)
        live[g->outputs[i]] = 1;
    for (int i = g->n_nodes; i-- > 0;)
        if (makes_live(&g->nodes[i], live))
            mark_reads(&g->nodes[i], live);
    int kept = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        struct node *n = &g->nodes[i];
        if (makes_live(n, live)) {
            for (int k = 0; k < n->n_outputs; k++)
                if (n->outputs[k] >= 0)
                    g->values[n->outputs[k]].producer = kept;
            g->nodes[kept++] = *n;
            continue;
        }
        mark_reads(n, lost);
        drop_node(g, n);
    }
    g->n_nodes = kept;
    for (int i = 0; i < g->n_values; i++)
        if (lost[i] && !live[i])
            drop_constant(&g->values[i]);
}

int graph_sweep(struct graph *g, struct prune_error *err)
{
    /* Reading against the order needs the order. */
    int rc = graph_sort(g, err);
    if (rc)
        return rc;
    unsigned char *marks = mem_calloc((size_t)g->n_values, 2);
    if (!marks)
        return err_memory(err, "a graph");
    sweep(g, marks, marks + g->n_values);
    mem_free(marks);
    return 0;
}
