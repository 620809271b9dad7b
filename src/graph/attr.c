#include <string.h>

#include "graph/graph.h"

static int find_attr(const struct node *n, const char *name)
{
    for (int i = 0; i < n->n_attrs; i++)
        if (n->attrs[i].name && !strcmp(n->attrs[i].name, name))
            return i;
    return -1;
}

const struct attr *node_attr(const struct node *n, const char *name)
{
    int i = find_attr(n, name);
    return i < 0 ? NULL : &n->attrs[i];
}

int64_t node_int(const struct node *n, const char *name, int64_t other)
{
    const struct attr *a = node_attr(n, name);
    return a && a->type == ATTR_INT ? a->i : other;
}

float node_float(const struct node *n, const char *name, float other)
{
    const struct attr *a = node_attr(n, name);
    return a && a->type == ATTR_FLOAT ? a->f : other;
}

const char *node_text(const struct node *n, const char *name,
                      const char *other)
{
    const struct attr *a = node_attr(n, name);
    return a && a->type == ATTR_STRING ? a->s : other;
}

const char *node_text_at(const struct node *n, const char *name, int i)
{
    const struct attr *a = node_attr(n, name);
    if (!a || a->type != ATTR_STRINGS)
        return NULL;
    int64_t at = 0;
    for (; i > 0 && at < a->n; i--)
        at += (int64_t)strlen(a->s + at) + 1;
    return at < a->n ? a->s + at : NULL;
}

int64_t node_ints(const struct node *n, const char *name, int64_t *out,
                  int64_t max)
{
    const struct attr *a = node_attr(n, name);
    if (!a || a->type != ATTR_INTS)
        return 0;
    for (int64_t i = 0; i < a->n && i < max; i++)
        out[i] = a->ints[i];
    return a->n;
}

/* The attribute to be set, made when absent; NULL: memory is short. */
static struct attr *settle_attr(struct graph *g, struct node *n,
                                const char *name)
{
    int at = find_attr(n, name);
    if (at < 0) {
        struct attr *more = arena_calloc(&g->arena, (size_t)n->n_attrs + 1,
                                         sizeof *more);
        char *copy = arena_strdup(&g->arena, name);
        if (!more || !copy)
            return NULL;
        if (n->n_attrs)
            memcpy(more, n->attrs, (size_t)n->n_attrs * sizeof *more);
        at = n->n_attrs++;
        n->attrs = more;
        more[at].name = copy;
    }
    struct attr *a = &n->attrs[at];
    tensor_unref(a->tensor);
    *a = (struct attr){.name = a->name, .origin = a->origin, .changed = 1};
    n->changed = 1;
    return a;
}

int node_set_int(struct graph *g, int node, const char *name, int64_t i,
                 struct prune_error *err)
{
    struct attr *a = settle_attr(g, &g->nodes[node], name);
    if (!a)
        return err_memory(err, "an attribute");
    a->type = ATTR_INT;
    a->i = i;
    return 0;
}

int node_set_ints(struct graph *g, int node, const char *name,
                  const int64_t *ints, int64_t n, struct prune_error *err)
{
    int64_t *copy = arena_calloc(&g->arena, (size_t)n, sizeof *copy);
    struct attr *a = copy ? settle_attr(g, &g->nodes[node], name) : NULL;
    if (!a)
        return err_memory(err, "an attribute");
    for (int64_t i = 0; i < n; i++)
        copy[i] = ints[i];
    a->type = ATTR_INTS;
    a->ints = copy;
    a->n = n;
    return 0;
}

int node_has_subgraph(const struct node *n)
{
    for (int i = 0; i < n->n_attrs; i++)
        if (n->attrs[i].type == ATTR_GRAPH)
            return 1;
    return 0;
}

int node_is_known(const struct graph *g, const struct node *n)
{
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] >= 0 && !value_constant(g, n->outputs[i]))
            return 0;
    return 1;
}
