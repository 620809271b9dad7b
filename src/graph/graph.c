#include "graph/graph.h"

#include <string.h>

#include "base/alloc.h"

/* More than any network has; keeps indices far from int's end. */
enum { MAX_ITEMS = 1 << 24 };

int graph_new(struct graph **out, struct prune_error *err)
{
    struct graph *g = mem_new(sizeof *g);
    if (!g)
        return err_memory(err, "a graph");
    g->refs = 1;
    *out = g;
    return 0;
}

struct graph *graph_ref(struct graph *g)
{
    g->refs++;
    return g;
}

static void origin_unref(struct origin *o)
{
    if (o && --o->refs == 0)
        o->free(o);
}

/* Subgraphs nest as deep as the reader lets them. */
static void free_attrs(struct node *n)
{
    for (int i = 0; n->attrs && i < n->n_attrs; i++) {
        tensor_unref(n->attrs[i].tensor);
        graph_free(n->attrs[i].graph);
    }
}

void graph_free(struct graph *g)
{
    if (!g || --g->refs > 0)
        return;
    for (int i = 0; i < g->n_values; i++) {
        tensor_unref(g->values[i].constant);
        tensor_unref(g->values[i].known);
    }
    for (int i = 0; i < g->n_nodes; i++)
        free_attrs(&g->nodes[i]);
    mem_free(g->values);
    mem_free(g->nodes);
    mem_free(g->inputs);
    mem_free(g->outputs);
    arena_done(&g->arena);
    origin_unref(g->origin);
    mem_free(g);
}

/* Room for one item more in an array of `n` items; `*room` grows by half. */
static int more_room(void **array, int n, int *room, size_t size,
                     struct prune_error *err)
{
    if (n < *room)
        return 0;
    if (n >= MAX_ITEMS)
        return err_set(err, PRUNE_E_INPUT, "the graph has too many items");
    int want = n < 16 ? 16 : n + n / 2;
    void *p = mem_array(*array, (size_t)want, size);
    if (!p)
        return err_memory(err, "a graph");
    *array = p;
    *room = want;
    return 0;
}

int graph_add_value(struct graph *g, const char *name, int *out,
                    struct prune_error *err)
{
    void *array = g->values;
    int rc = more_room(&array, g->n_values, &g->room_values,
                       sizeof *g->values, err);
    g->values = array;
    if (rc)
        return rc;
    char *copy = arena_strdup(&g->arena, name);
    if (!copy)
        return err_memory(err, "a graph");
    g->values[g->n_values] = (struct value){
        .name = copy, .shape = SHAPE_UNKNOWN, .declared = SHAPE_UNKNOWN,
        .producer = -1};
    *out = g->n_values++;
    return 0;
}

static int *new_slots(struct graph *g, int n)
{
    int *slots = arena_calloc(&g->arena, (size_t)n, sizeof *slots);
    for (int i = 0; slots && i < n; i++)
        slots[i] = NO_VALUE;
    return slots;
}

int graph_add_node(struct graph *g, const char *type, const char *domain,
                   const char *name, int n_inputs, int n_outputs, int n_attrs,
                   int *out, struct prune_error *err)
{
    void *array = g->nodes;
    int rc = more_room(&array, g->n_nodes, &g->room_nodes, sizeof *g->nodes,
                       err);
    g->nodes = array;
    if (rc)
        return rc;
    struct node n = {.n_inputs = n_inputs, .n_outputs = n_outputs,
                     .n_attrs = n_attrs};
    n.type = arena_strdup(&g->arena, type);
    n.domain = arena_strdup(&g->arena, domain);
    n.name = arena_strdup(&g->arena, name);
    n.inputs = new_slots(g, n_inputs);
    n.outputs = new_slots(g, n_outputs);
    n.attrs = arena_calloc(&g->arena, (size_t)n_attrs, sizeof *n.attrs);
    if (!n.type || !n.domain || !n.name || !n.inputs || !n.outputs ||
        !n.attrs)
        return err_memory(err, "a graph");
    n.label = *name ? n.name : n.type;
    g->nodes[g->n_nodes] = n;
    *out = g->n_nodes++;
    return 0;
}

static int list_value(int **list, int *n, int *room, int value,
                      struct prune_error *err)
{
    void *array = *list;
    int rc = more_room(&array, *n, room, sizeof **list, err);
    *list = array;
    if (!rc)
        (*list)[(*n)++] = value;
    return rc;
}

int graph_add_input(struct graph *g, int value, struct prune_error *err)
{
    int rc = list_value(&g->inputs, &g->n_inputs, &g->room_inputs, value, err);
    if (!rc)
        g->values[value].is_input = 1;
    return rc;
}

int graph_add_output(struct graph *g, int value, struct prune_error *err)
{
    int rc = list_value(&g->outputs, &g->n_outputs, &g->room_outputs, value,
                        err);
    if (!rc)
        g->values[value].is_output = 1;
    return rc;
}

int graph_find_value(const struct graph *g, const char *name)
{
    for (int i = 0; i < g->n_values; i++)
        if (!strcmp(g->values[i].name, name))
            return i;
    return NO_VALUE;
}

int graph_set_constant(struct graph *g, int value, struct tensor *t,
                       struct prune_error *err)
{
    if (value < 0 || value >= g->n_values) {
        tensor_unref(t);
        return err_set(err, PRUNE_E_FAILED, "there is no value %d", value);
    }
    struct value *v = &g->values[value];
    tensor_unref(v->constant);
    tensor_unref(v->known);
    v->known = NULL;
    v->constant = t;
    v->dtype = t->dtype;
    v->resized |= !shape_equal(&v->shape, &t->shape);
    v->shape = t->shape;
    v->changed = 1;
    return 0;
}

int graph_add_constant(struct graph *g, const char *stem, struct tensor *t,
                       int *out, struct prune_error *err)
{
    int rc = 0, value = NO_VALUE;
    char *name = mem_strdup(stem);
    for (int i = 1; name && graph_find_value(g, name) != NO_VALUE; i++) {
        mem_free(name);
        name = mem_printf("%s_%d", stem, i);
    }
    rc = name ? graph_add_value(g, name, &value, err)
              : err_memory(err, "a name");
    mem_free(name);
    if (rc) {
        tensor_unref(t);
        return rc;
    }
    *out = value;
    return graph_set_constant(g, value, t, err);
}

/* --- cloning ----------------------------------------------------------- */

static int clone_attr(struct graph *g, struct attr *a)
{
    tensor_ref(a->tensor);
    if (a->graph)
        graph_ref(a->graph);
    int64_t n = a->n;
    a->name = arena_strdup(&g->arena, a->name);
    int ok = a->name != NULL;
    if (a->s) {
        char *s = arena_calloc(&g->arena, (size_t)n + 1, 1);
        if (s)
            memcpy(s, a->s, (size_t)n);
        ok &= s != NULL;
        a->s = s;
    }
    if (a->ints) {
        int64_t *p = arena_calloc(&g->arena, (size_t)n, sizeof *p);
        if (p)
            memcpy(p, a->ints, (size_t)n * sizeof *p);
        ok &= p != NULL;
        a->ints = p;
    }
    if (a->floats) {
        float *p = arena_calloc(&g->arena, (size_t)n, sizeof *p);
        if (p)
            memcpy(p, a->floats, (size_t)n * sizeof *p);
        ok &= p != NULL;
        a->floats = p;
    }
    return ok;
}

static int clone_node(struct graph *g, const struct node *from,
                      struct prune_error *err)
{
    int at;
    int rc = graph_add_node(g, from->type, from->domain, from->name,
                            from->n_inputs, from->n_outputs, from->n_attrs,
                            &at, err);
    if (rc)
        return rc;
    struct node *n = &g->nodes[at];
    n->label = arena_strdup(&g->arena, from->label);
    n->op = from->op;
    n->origin = from->origin;
    n->changed = from->changed;
    n->captured = arena_calloc(&g->arena, (size_t)from->n_captured,
                               sizeof *n->captured);
    if (!n->label || !n->captured)
        return err_memory(err, "a graph");
    n->n_captured = from->n_captured;
    for (int i = 0; i < n->n_captured; i++)
        n->captured[i] = from->captured[i];
    for (int i = 0; i < n->n_inputs; i++)
        n->inputs[i] = from->inputs[i];
    for (int i = 0; i < n->n_outputs; i++)
        n->outputs[i] = from->outputs[i];
    for (int i = 0; i < n->n_attrs; i++) {
        n->attrs[i] = from->attrs[i];
        if (!clone_attr(g, &n->attrs[i]))
            return err_memory(err, "a graph");
    }
    return 0;
}

static int clone_value(struct graph *g, const struct value *from,
                       struct prune_error *err)
{
    int at;
    int rc = graph_add_value(g, from->name, &at, err);
    if (rc)
        return rc;
    const char *name = g->values[at].name;
    g->values[at] = *from;
    g->values[at].name = name;
    tensor_ref(from->constant);
    tensor_ref(from->known);
    return 0;
}

static int clone_props(struct graph *to, const struct graph *from,
                       struct prune_error *err)
{
    to->props = arena_calloc(&to->arena, 2 * (size_t)from->n_props,
                             sizeof *to->props);
    for (int i = 0; to->props && i < 2 * from->n_props; i++) {
        to->props[i] = arena_strdup(&to->arena, from->props[i]);
        if (!to->props[i])
            return err_memory(err, "a graph");
    }
    to->n_props = from->n_props;
    return to->props ? 0 : err_memory(err, "a graph");
}

static int clone_into(struct graph *to, const struct graph *from,
                      struct prune_error *err)
{
    int rc = 0;
    to->ir_version = from->ir_version;
    to->opset = from->opset;
    to->origin = from->origin;
    if (to->origin)
        to->origin->refs++;
    for (int i = 0; !rc && i < from->n_values; i++)
        rc = clone_value(to, &from->values[i], err);
    for (int i = 0; !rc && i < from->n_nodes; i++)
        rc = clone_node(to, &from->nodes[i], err);
    for (int i = 0; !rc && i < from->n_inputs; i++)
        rc = graph_add_input(to, from->inputs[i], err);
    for (int i = 0; !rc && i < from->n_outputs; i++)
        rc = graph_add_output(to, from->outputs[i], err);
    return rc ? rc : clone_props(to, from, err);
}

int graph_clone(struct graph **out, const struct graph *g,
                struct prune_error *err)
{
    struct graph *copy = NULL;
    int rc = graph_new(&copy, err);
    if (!rc)
        rc = clone_into(copy, g, err);
    if (rc)
        graph_free(copy);
    else
        *out = copy;
    return rc;
}
