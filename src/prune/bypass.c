#include "prune/bypass.h"

#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"
#include "prune/constant.h"
#include "prune/dirac.h"

static unsigned traits(const struct graph *g, int node)
{
    return node >= 0 && g->nodes[node].op ? g->nodes[node].op->traits : 0;
}

static int is_type(const struct graph *g, int node, const char *type)
{
    return node >= 0 && !*g->nodes[node].domain &&
           !strcmp(g->nodes[node].type, type);
}

struct readers {
    int n, node;
};

static int note_reader(void *payload, int node, int input)
{
    struct readers *r = payload;
    (void)input;
    r->n++;
    r->node = node;
    return 0;
}

/* The only node that reads a value, or -1. */
static int only_reader(const struct graph *g, int value)
{
    struct readers r = {0, -1};
    graph_each_use(g, value, note_reader, &r);
    return r.n == 1 && !g->values[value].is_output ? r.node : -1;
}

/* The node that made a value, looking through what hands elements on. */
static int maker(const struct graph *g, int value)
{
    int node = g->values[value].producer;
    while (node >= 0 &&
           (traits(g, node) & OP_PASS || is_type(g, node, "MaxPool")))
        node = g->values[g->nodes[node].inputs[0]].producer;
    return node;
}

static int same_constants(const struct graph *g, const struct node *a,
                          const struct node *b)
{
    for (int i = 1; i < a->n_inputs || i < b->n_inputs; i++) {
        const struct tensor *x = constant_input(g, a, i);
        const struct tensor *y = constant_input(g, b, i);
        if (!x != !y || (x && (x->size != y->size ||
                               memcmp(x->data, y->data, x->size) != 0)))
            return 0;
    }
    return node_float(a, "min", 0) == node_float(b, "min", 0) &&
           node_float(a, "max", 0) == node_float(b, "max", 0);
}

/* Whether the activation does nothing to `value`, having made it. Only
 * these leave alone what they made. */
static int is_idle(const struct graph *g, int activation, int value)
{
    const struct node *a = &g->nodes[activation];
    int made = maker(g, value);
    if (!is_type(g, activation, "Relu") && !is_type(g, activation, "Clip"))
        return 0;
    return made >= 0 && !strcmp(g->nodes[made].type, a->type) &&
           same_constants(g, a, &g->nodes[made]);
}

/* Goes on over the activation behind b->from when it would be idle without
 * the layer. 0 when there is one that would not be. */
static int take_activation(const struct graph *g, struct bypass *b)
{
    int next = only_reader(g, b->from);
    if (!(traits(g, next) & OP_ACTIVATION))
        return 1;
    if (!is_idle(g, next, b->to))
        return 0;
    b->from = g->nodes[next].outputs[0];
    return 1;
}

static int same_shape(const struct graph *g, int a, int b)
{
    return shape_known(&g->values[a].shape) &&
           shape_equal(&g->values[a].shape, &g->values[b].shape);
}

static int find_layer(struct bypass *out, const struct graph *g, int i)
{
    const struct node *n = &g->nodes[i];
    if (!(traits(g, i) & OP_LINEAR) || !dirac_fits(g, n))
        return 0;
    struct bypass b = {n->outputs[0], n->inputs[0], i, -1, i, 0};
    int next = only_reader(g, b.from);
    if (traits(g, next) & OP_NORM && g->nodes[next].inputs[0] == b.from) {
        b.norm = next;
        b.from = g->nodes[next].outputs[0];
    }
    if (!same_shape(g, b.from, b.to) || !take_activation(g, &b) ||
        (g->values[b.from].is_output && g->values[b.to].is_input))
        return 0;
    *out = b;
    return 1;
}

/* Marks the nodes that `value` is computed from. Nodes are in topological
 * order, so that one pass backwards does. */
static void mark_ancestors(unsigned char *marks, const struct graph *g,
                           int value)
{
    memset(marks, 0, (size_t)g->n_nodes);
    int start = g->values[value].producer;
    if (start < 0)
        return;
    marks[start] = 1;
    for (int k = start; k >= 0; k--)
        for (int i = 0; marks[k] && i < g->nodes[k].n_inputs; i++) {
            int v = g->nodes[k].inputs[i];
            if (v >= 0 && g->values[v].producer >= 0)
                marks[g->values[v].producer] = 1;
        }
}

/* Whether `value` is computed from `from`, given its marked ancestors. */
static int depends(const unsigned char *marks, const struct graph *g,
                   int from)
{
    for (int k = 0; k < g->n_nodes; k++)
        for (int i = 0; marks[k] && i < g->nodes[k].n_inputs; i++)
            if (g->nodes[k].inputs[i] == from)
                return 1;
    return 0;
}

/* The linear or norm that ends the branch to `value`, read by nothing else;
 * 0 when there is none that could be masked. */
static int branch_end(struct bypass *b, const struct graph *g, int value)
{
    int node = g->values[value].producer;
    while (node >= 0 && only_reader(g, value) >= 0 &&
           (is_type(g, node, "Identity") || is_type(g, node, "Dropout"))) {
        value = g->nodes[node].inputs[0];
        node = g->values[value].producer;
    }
    if (node < 0 || only_reader(g, value) < 0)
        return 0;
    if (traits(g, node) & OP_NORM && constant_input(g, &g->nodes[node], 1) &&
        constant_input(g, &g->nodes[node], 2)) {
        b->norm = node;
        return 1;
    }
    if (traits(g, node) & OP_LINEAR &&
        constant_input(g, &g->nodes[node], 1)) {
        b->linear = node;
        return 1;
    }
    return 0;
}

static int find_branch(struct bypass *out, const struct graph *g, int i,
                       unsigned char *marks)
{
    const struct node *n = &g->nodes[i];
    if (!(traits(g, i) & OP_SUM) || n->n_inputs != 2)
        return 0;
    for (int side = 0; side < 2; side++) {
        int skip = n->inputs[side], end = n->inputs[!side];
        struct bypass b = {n->outputs[0], skip, -1, -1, i, 1};
        if (!same_shape(g, skip, end) || !same_shape(g, skip, b.from))
            continue;
        mark_ancestors(marks, g, end);
        if (!depends(marks, g, skip) || !branch_end(&b, g, end))
            continue;
        struct bypass longer = b;
        *out = take_activation(g, &longer) ? longer : b;
        return 1;
    }
    return 0;
}

int bypass_find(struct bypass **out, int *n_out, const struct graph *g,
                struct prune_error *err)
{
    int n = 0;
    struct bypass *list = mem_calloc((size_t)g->n_nodes, sizeof *list);
    unsigned char *marks = mem_calloc((size_t)g->n_nodes, 1);
    if (!list || !marks) {
        mem_free(list);
        mem_free(marks);
        return err_memory(err, "the list of layers");
    }
    for (int i = 0; i < g->n_nodes; i++)
        if (find_layer(&list[n], g, i) || find_branch(&list[n], g, i, marks))
            n++;
    mem_free(marks);
    *out = list;
    *n_out = n;
    return 0;
}

int bypass_apply(struct graph *g, int from, int *done,
                 struct prune_error *err)
{
    struct bypass *list;
    int n, rc = bypass_find(&list, &n, g, err);
    *done = 0;
    if (rc)
        return rc;
    for (int i = 0; i < n && !*done && !rc; i++) {
        if (list[i].from != from)
            continue;
        *done = 1;
        rc = graph_replace_uses(g, from, list[i].to, err);
        if (!rc)
            rc = graph_sweep(g, err);
    }
    mem_free(list);
    return rc;
}

/* The masked graph's node for a node of g: that with the same output. */
static int twin(const struct graph *masked, const struct graph *g, int node)
{
    return node < 0 ? -1 : masked->values[g->nodes[node].outputs[0]].producer;
}

int bypass_mask(struct graph *masked, const struct graph *g,
                const struct bypass *b, struct prune_error *err)
{
    int linear = twin(masked, g, b->linear), norm = twin(masked, g, b->norm);
    int rc = 0;
    if (linear >= 0)
        rc = b->is_branch ? dirac_zero(masked, linear, err)
                          : dirac_set(masked, linear, err);
    if (!rc && norm >= 0)
        rc = b->is_branch ? norm_zero(masked, norm, err)
                          : norm_neutral(masked, norm, err);
    return rc;
}

double bypass_norm(const struct graph *g, const struct bypass *b, int power,
                   struct prune_error *err)
{
    const struct node *norm = b->norm >= 0 ? &g->nodes[b->norm] : NULL;
    if (b->is_branch && norm)
        return dirac_distance(constant_input(g, norm, 1), NULL, power);
    const struct node *n = &g->nodes[b->linear];
    const struct tensor *w = constant_input(g, n, 1);
    if (b->is_branch)
        return dirac_distance(w, NULL, power);
    struct tensor *identity;
    if (dirac_new(&identity, g, n, err))
        return -1;
    double d = dirac_distance(w, identity, power);
    tensor_unref(identity);
    return d;
}
