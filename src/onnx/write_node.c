#include <string.h>

#include "onnx/write_parts.h"

/* Nodes: the file's own where nothing changed, else a shallow copy of it
 * with new links and attributes. */

static const char *link_name(const struct graph *g, int value)
{
    return value < 0 ? "" : g->values[value].name;
}

static int links_differ(const struct graph *g, const int *links, int n,
                        char *const *names, size_t n_names)
{
    if ((size_t)n != n_names)
        return 1;
    for (int i = 0; i < n; i++)
        if (strcmp(link_name(g, links[i]), onnx_text(names[i])))
            return 1;
    return 0;
}

/* A Constant node whose output was given another value. */
static int is_new_constant(const struct graph *g, const struct node *n)
{
    const struct value *v = node_out(g, n, 0);
    return n->n_inputs == 0 && n->n_outputs == 1 && v && v->constant &&
           v->changed;
}

static int differs(const struct graph *g, const struct node *n)
{
    const Onnx__NodeProto *p = n->origin;
    if (!p || is_new_constant(g, n) || (size_t)n->n_attrs != p->n_attribute)
        return 1;
    for (int i = 0; i < n->n_attrs; i++)
        if (n->attrs[i].changed)
            return 1;
    return links_differ(g, n->inputs, n->n_inputs, p->input, p->n_input) ||
           links_differ(g, n->outputs, n->n_outputs, p->output, p->n_output);
}

static char **put_links(struct writing *w, const int *links, int n)
{
    char **names = arena_calloc(&w->arena, (size_t)n, sizeof *names);
    for (int i = 0; names && i < n; i++)
        names[i] = (char *)(uintptr_t)link_name(w->g, links[i]);
    return names;
}

static int put_value(struct writing *w, Onnx__AttributeProto *out,
                     const struct attr *a)
{
    typedef Onnx__AttributeProto__AttributeType type;
    static const int types[] = {
        [ATTR_INT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT,
        [ATTR_FLOAT] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT,
        [ATTR_STRING] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING,
        [ATTR_INTS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS,
        [ATTR_FLOATS] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS,
        [ATTR_TENSOR] = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR};
    out->has_type = 1;
    out->type = (type)types[a->type];
    out->has_i = a->type == ATTR_INT;
    out->i = a->i;
    out->has_f = a->type == ATTR_FLOAT;
    out->f = a->f;
    if (a->type == ATTR_STRING) {
        out->has_s = 1;
        out->s.len = (size_t)a->n;
        out->s.data = (uint8_t *)(uintptr_t)a->s;
    } else if (a->type == ATTR_INTS) {
        out->n_ints = (size_t)a->n;
        out->ints = (int64_t *)(uintptr_t)a->ints;
    } else if (a->type == ATTR_FLOATS) {
        out->n_floats = (size_t)a->n;
        out->floats = (float *)(uintptr_t)a->floats;
    } else if (a->type == ATTR_TENSOR) {
        out->t = arena_calloc(&w->arena, 1, sizeof *out->t);
        if (!out->t)
            return -1;
        onnx_put_tensor(out->t, NULL, a->tensor);
    }
    return 0;
}

/* NULL: memory is short. */
static Onnx__AttributeProto *put_attribute(struct writing *w,
                                           const struct attr *a)
{
    const Onnx__AttributeProto *old = a->origin;
    if (old && !a->changed)
        return (Onnx__AttributeProto *)(uintptr_t)old;
    Onnx__AttributeProto *p = arena_calloc(&w->arena, 1, sizeof *p);
    if (!p)
        return NULL;
    onnx__attribute_proto__init(p);
    if (old) {
        p->base = old->base;
        p->doc_string = old->doc_string;
    }
    p->name = (char *)(uintptr_t)a->name;
    return put_value(w, p, a) ? NULL : p;
}

static int put_attributes(struct writing *w, Onnx__NodeProto *p,
                          const struct node *n)
{
    struct attr value = {.name = "value", .type = ATTR_TENSOR};
    const struct attr *attrs = n->attrs;
    int count = n->n_attrs;
    if (is_new_constant(w->g, n)) {
        value.tensor = node_out(w->g, n, 0)->constant;
        attrs = &value;
        count = 1;
    }
    p->n_attribute = (size_t)count;
    p->attribute = arena_calloc(&w->arena, (size_t)count,
                                sizeof *p->attribute);
    for (int i = 0; p->attribute && i < count; i++) {
        p->attribute[i] = put_attribute(w, &attrs[i]);
        if (!p->attribute[i])
            return -1;
    }
    return p->attribute ? 0 : -1;
}

static void put_names(Onnx__NodeProto *p, const struct node *n)
{
    if (n->origin) {
        *p = *(const Onnx__NodeProto *)n->origin;
        return;
    }
    onnx__node_proto__init(p);
    p->op_type = (char *)(uintptr_t)n->type;
    p->name = *n->name ? (char *)(uintptr_t)n->name : NULL;
    p->domain = *n->domain ? (char *)(uintptr_t)n->domain : NULL;
}

Onnx__NodeProto *onnx_put_node(struct writing *w, const struct node *n)
{
    if (!differs(w->g, n))
        return (Onnx__NodeProto *)(uintptr_t)n->origin;
    Onnx__NodeProto *p = arena_calloc(&w->arena, 1, sizeof *p);
    if (!p)
        return NULL;
    put_names(p, n);
    p->n_input = (size_t)n->n_inputs;
    p->input = put_links(w, n->inputs, n->n_inputs);
    p->n_output = (size_t)n->n_outputs;
    p->output = put_links(w, n->outputs, n->n_outputs);
    return !p->input || !p->output || put_attributes(w, p, n) ? NULL : p;
}
