#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/graph.h"

/* Depth-first: each node comes right after what it reads, nodes that are in
 * order already stay where they are. */
struct sorting {
    struct graph *g;
    int *stack, *next; /* nodes under way; the next input of each to visit */
    int *order, n_order;
    unsigned char *state; /* 0 untouched, 1 under way, 2 placed */
};

static int set_producers(struct graph *g, struct prune_error *err)
{
    for (int i = 0; i < g->n_values; i++)
        g->values[i].producer = -1;
    for (int i = 0; i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        for (int k = 0; k < n->n_outputs; k++) {
            struct value *v = node_out(g, n, k);
            if (!v)
                continue;
            if (v->producer >= 0 || v->is_input)
                return err_set(err, PRUNE_E_INPUT,
                               "node %s makes '%s', which is made already",
                               n->label, v->name);
            v->producer = i;
        }
    }
    return 0;
}

/* Producer of the node's i-th dependency (inputs, then captured values). */
static int dependency(const struct graph *g, const struct node *n, int i)
{
    int v = i < n->n_inputs ? n->inputs[i] : n->captured[i - n->n_inputs];
    return v < 0 ? -1 : g->values[v].producer;
}

/* Places `root` and all it needs; 0, or -1 when a cycle is met (the node
 * that closes it is then on top of the stack). */
static int place(struct sorting *s, int root, int *top_out)
{
    int top = 0;
    s->stack[0] = root;
    s->state[root] = 1;
    while (top >= 0) {
        int at = s->stack[top];
        const struct node *n = &s->g->nodes[at];
        *top_out = at;
        if (s->next[at] == n->n_inputs + n->n_captured) {
            s->state[at] = 2;
            s->order[s->n_order++] = at;
            top--;
            continue;
        }
        int from = dependency(s->g, n, s->next[at]++);
        if (from < 0 || s->state[from] == 2)
            continue;
        if (s->state[from] == 1)
            return -1;
        s->state[from] = 1;
        s->stack[++top] = from;
    }
    return 0;
}

static int find_order(struct sorting *s, struct prune_error *err)
{
    int at = 0;
    for (int i = 0; i < s->g->n_nodes; i++)
        if (!s->state[i] && place(s, i, &at))
            return err_set(err, PRUNE_E_INPUT,
                           "node %s depends on its own output",
                           s->g->nodes[at].label);
    return 0;
}

static int set_label(struct graph *g, struct node *n, struct prune_error *err)
{
    if (*n->name || n->label != n->type)
        return 0;
    const struct value *v = node_out(g, n, 0);
    const char *output = v ? v->name : "nothing";
    size_t room = strlen(n->type) + strlen(output) + 16;
    char *label = arena_calloc(&g->arena, room, 1);
    if (!label)
        return err_memory(err, "a graph");
    snprintf(label, room, "%s (output %s)", n->type, output);
    n->label = label;
    return 0;
}

static int reorder(struct sorting *s, struct prune_error *err)
{
    struct graph *g = s->g;
    struct node *sorted = mem_calloc((size_t)g->n_nodes, sizeof *sorted);
    if (!sorted)
        return err_memory(err, "a graph");
    for (int i = 0; i < g->n_nodes; i++)
        sorted[i] = g->nodes[s->order[i]];
    mem_free(g->nodes);
    g->nodes = sorted;
    g->room_nodes = g->n_nodes;
    return set_producers(g, err);
}

int graph_sort(struct graph *g, struct prune_error *err)
{
    int rc = set_producers(g, err);
    for (int i = 0; !rc && i < g->n_nodes; i++)
        rc = set_label(g, &g->nodes[i], err);
    if (rc)
        return rc;
    size_t n = (size_t)g->n_nodes;
    int *memory = mem_calloc(n, 3 * sizeof(int));
    unsigned char *state = mem_calloc(n, 1);
    if (memory && state) {
        struct sorting s = {.g = g, .stack = memory, .next = memory + n,
                            .order = memory + 2 * n, .state = state};
        rc = find_order(&s, err);
        if (!rc)
            rc = reorder(&s, err);
    } else {
        rc = err_memory(err, "a graph");
    }
    mem_free(memory);
    mem_free(state);
    return rc;
}

int graph_each_use(const struct graph *g, int value, graph_use_f *f,
                   void *payload)
{
    int stop = 0;
    for (int i = 0; !stop && i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        for (int k = 0; !stop && k < n->n_inputs; k++)
            if (n->inputs[k] == value)
                stop = f(payload, i, k);
        for (int k = 0; !stop && k < n->n_captured; k++)
            if (n->captured[k] == value)
                stop = f(payload, i, -1);
    }
    return stop;
}

static int count_use(void *payload, int node, int input)
{
    (void)node;
    (void)input;
    ++*(int *)payload;
    return 0;
}

int graph_n_uses(const struct graph *g, int value)
{
    int n = 0;
    graph_each_use(g, value, count_use, &n);
    for (int i = 0; i < g->n_outputs; i++)
        n += g->outputs[i] == value;
    return n;
}

static int through_identity(const struct graph *g, const struct value *v)
{
    const struct node *n = v->producer < 0 ? NULL : &g->nodes[v->producer];
    return n && !*n->domain && n->n_inputs == 1 &&
                   !strcmp(n->type, "Identity")
               ? n->inputs[0]
               : NO_VALUE;
}

int value_constant_home(const struct graph *g, int value)
{
    /* The bound ends the walk in a graph that was not sorted yet and whose
     * Identity nodes form a ring. */
    for (int i = 0; value >= 0 && i <= g->n_nodes; i++) {
        if (g->values[value].constant)
            return value;
        value = through_identity(g, &g->values[value]);
    }
    return NO_VALUE;
}

struct tensor *value_constant(const struct graph *g, int value)
{
    int home = value_constant_home(g, value);
    if (home >= 0)
        return g->values[home].constant;
    return value < 0 ? NULL : g->values[value].known;
}
