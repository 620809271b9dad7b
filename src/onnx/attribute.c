#include "onnx/attribute.h"

#include <string.h>

/* Old files leave the type out: then the field that is there says it. */
static Onnx__AttributeProto__AttributeType type_of(
    const Onnx__AttributeProto *p)
{
    if (p->has_type && p->type)
        return p->type;
    if (p->has_f)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    if (p->has_i)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    if (p->has_s)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
    if (p->t)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
    if (p->g)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH;
    if (p->n_floats)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
    if (p->n_ints)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
    if (p->n_strings)
        return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS;
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED;
}

static int read_text(struct graph *g, struct attr *a,
                     const ProtobufCBinaryData *s, struct prune_error *err)
{
    char *copy = arena_calloc(&g->arena, s->len + 1, 1);
    if (!copy)
        return err_memory(err, "an attribute");
    if (s->len)
        memcpy(copy, s->data, s->len);
    a->type = ATTR_STRING;
    a->s = copy;
    a->n = (int64_t)s->len;
    return 0;
}

static int read_texts(struct graph *g, struct attr *a,
                      const Onnx__AttributeProto *p, struct prune_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_strings; i++)
        n += p->strings[i].len + 1; /* all of them are in the file */
    char *all = arena_calloc(&g->arena, n + 1, 1);
    if (!all)
        return err_memory(err, "an attribute");
    a->type = ATTR_STRINGS;
    a->s = all;
    a->n = (int64_t)n;
    for (size_t i = 0; i < p->n_strings; i++) {
        if (p->strings[i].len)
            memcpy(all, p->strings[i].data, p->strings[i].len);
        all += p->strings[i].len + 1;
    }
    return 0;
}

static int read_tensor(struct attr *a, const Onnx__TensorProto *p,
                       struct onnx_origin *o, struct prune_error *err)
{
    int rc = p ? onnx_tensor(&a->tensor, p, o, err) : PRUNE_E_UNSUPPORTED;
    if (!rc)
        a->type = ATTR_TENSOR;
    return rc == PRUNE_E_UNSUPPORTED ? 0 : rc;
}

int onnx_read_attribute(struct graph *g, struct attr *out,
                        const Onnx__AttributeProto *p, struct onnx_origin *o,
                        struct prune_error *err)
{
    struct attr *a = out;
    a->name = onnx_text(p->name);
    a->origin = p;
    a->type = ATTR_OTHER;
    if (p->ref_attr_name && *p->ref_attr_name)
        return 0;
    switch (type_of(p)) {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
        a->type = ATTR_INT;
        a->i = p->i;
        return 0;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
        a->type = ATTR_FLOAT;
        a->f = p->f;
        return 0;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
        a->type = ATTR_INTS;
        a->ints = p->ints;
        a->n = (int64_t)p->n_ints;
        return 0;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
        a->type = ATTR_FLOATS;
        a->floats = p->floats;
        a->n = (int64_t)p->n_floats;
        return 0;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
        return read_text(g, a, &p->s, err);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS:
        return read_texts(g, a, p, err);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
        return read_tensor(a, p->t, o, err);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH:
        a->type = ATTR_GRAPH;
        return 0;
    default:
        return 0;
    }
}

/* The nesting was bounded by wire_check. */
static int names_of_graph(const Onnx__GraphProto *g, onnx_name_f *f,
                          void *payload)
{
    int stop = 0;
    for (size_t i = 0; !stop && i < g->n_node; i++) {
        const Onnx__NodeProto *n = g->node[i];
        for (size_t k = 0; !stop && k < n->n_input; k++)
            stop = f(payload, n->input[k]);
        for (size_t k = 0; !stop && k < n->n_attribute; k++)
            stop = onnx_each_name(n->attribute[k], f, payload);
    }
    for (size_t i = 0; !stop && i < g->n_output; i++)
        stop = f(payload, onnx_text(g->output[i]->name));
    return stop;
}

int onnx_each_name(const Onnx__AttributeProto *p, onnx_name_f *f,
                   void *payload)
{
    int stop = p->g ? names_of_graph(p->g, f, payload) : 0;
    for (size_t i = 0; !stop && i < p->n_graphs; i++)
        stop = names_of_graph(p->graphs[i], f, payload);
    return stop;
}

static int from_numbers(struct tensor **out, enum dtype dtype, int rank,
                        int64_t n, const void *numbers,
                        struct prune_error *err)
{
    struct shape s = {.rank = rank, .dims = {n}};
    struct tensor *t = NULL;
    int rc = tensor_new(&t, dtype, &s, err);
    if (rc)
        return rc;
    if (t->size)
        memcpy(t->data, numbers, t->size);
    *out = t;
    return 0;
}

int onnx_constant(struct tensor **out, const struct attr *a,
                  struct prune_error *err)
{
    static const struct {
        const char *name;
        enum attr_type type;
    } forms[] = {{"value", ATTR_TENSOR},
                 {"value_float", ATTR_FLOAT},
                 {"value_floats", ATTR_FLOATS},
                 {"value_int", ATTR_INT},
                 {"value_ints", ATTR_INTS}};
    size_t i = 0, n = sizeof forms / sizeof *forms;
    while (i < n && (a->type != forms[i].type || strcmp(a->name,
                                                        forms[i].name)))
        i++;
    if (i == n)
        return 0;
    switch (a->type) {
    case ATTR_TENSOR:
        *out = tensor_ref(a->tensor);
        return 0;
    case ATTR_FLOAT: return from_numbers(out, DTYPE_F32, 0, 1, &a->f, err);
    case ATTR_FLOATS:
        return from_numbers(out, DTYPE_F32, 1, a->n, a->floats, err);
    case ATTR_INT: return from_numbers(out, DTYPE_I64, 0, 1, &a->i, err);
    case ATTR_INTS:
        return from_numbers(out, DTYPE_I64, 1, a->n, a->ints, err);
    default: return 0;
    }
}
