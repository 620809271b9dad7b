#ifndef TESTS_ONNX_BUILD_H
#define TESTS_ONNX_BUILD_H

#include "base/arena.h"
#include "files.h"
#include "onnx/onnx.pb-c.h"

/* Messages by hand. All memory is the arena's; lists end in NULL. */
struct build {
    struct arena arena;
    Onnx__ModelProto *model;
    Onnx__GraphProto *graph; /* of the model */
};

static inline void *build_get(struct build *b, size_t n, size_t size)
{
    void *p = arena_calloc(&b->arena, n, size);
    cr_assert_not_null(p);
    return p;
}

/* Puts `item` behind the pointers in `*list`. */
static inline void build_append(struct build *b, void *list, size_t *n,
                                void *item)
{
    void **old;
    memcpy(&old, list, sizeof old);
    void **more = build_get(b, *n + 1, sizeof *more);
    if (*n)
        memcpy(more, old, *n * sizeof *more);
    more[(*n)++] = item;
    memcpy(list, &more, sizeof more);
}

static inline char *build_text(struct build *b, const char *s)
{
    return arena_strdup(&b->arena, s);
}

static inline Onnx__GraphProto *build_graph(struct build *b)
{
    Onnx__GraphProto *g = build_get(b, 1, sizeof *g);
    onnx__graph_proto__init(g);
    g->name = build_text(b, "g");
    return g;
}

static inline void build_opset(struct build *b, const char *domain,
                               int64_t version)
{
    Onnx__OperatorSetIdProto *o = build_get(b, 1, sizeof *o);
    onnx__operator_set_id_proto__init(o);
    o->domain = build_text(b, domain);
    o->has_version = 1;
    o->version = version;
    build_append(b, &b->model->opset_import, &b->model->n_opset_import, o);
}

static inline struct build build_model(int64_t ir_version, int64_t opset)
{
    struct build b = {0};
    b.model = build_get(&b, 1, sizeof *b.model);
    onnx__model_proto__init(b.model);
    b.graph = b.model->graph = build_graph(&b);
    b.model->has_ir_version = 1;
    b.model->ir_version = ir_version;
    build_opset(&b, "", opset);
    return b;
}

/* A declaration without a type when `dtype` is 0; a scalar otherwise. */
static inline Onnx__ValueInfoProto *build_info(struct build *b,
                                               const char *name, int dtype)
{
    Onnx__ValueInfoProto *v = build_get(b, 1, sizeof *v);
    onnx__value_info_proto__init(v);
    v->name = build_text(b, name);
    if (!dtype)
        return v;
    Onnx__TypeProto *t = v->type = build_get(b, 1, sizeof *t);
    onnx__type_proto__init(t);
    t->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    t->tensor_type = build_get(b, 1, sizeof *t->tensor_type);
    onnx__type_proto__tensor__init(t->tensor_type);
    t->tensor_type->has_elem_type = 1;
    t->tensor_type->elem_type = dtype;
    t->tensor_type->shape = build_get(b, 1, sizeof *t->tensor_type->shape);
    onnx__tensor_shape_proto__init(t->tensor_type->shape);
    return v;
}

static inline void build_input(struct build *b, Onnx__GraphProto *g,
                               const char *name, int dtype)
{
    build_append(b, &g->input, &g->n_input, build_info(b, name, dtype));
}

static inline void build_output(struct build *b, Onnx__GraphProto *g,
                                const char *name, int dtype)
{
    build_append(b, &g->output, &g->n_output, build_info(b, name, dtype));
}

/* One dimension of n elements; NULL data: no values yet. */
static inline Onnx__TensorProto *build_tensor(struct build *b,
                                              const char *name, int dtype,
                                              int64_t n, const void *raw,
                                              size_t size)
{
    Onnx__TensorProto *t = build_get(b, 1, sizeof *t);
    onnx__tensor_proto__init(t);
    t->name = build_text(b, name);
    t->has_data_type = 1;
    t->data_type = dtype;
    t->n_dims = 1;
    t->dims = build_get(b, 1, sizeof *t->dims);
    t->dims[0] = n;
    t->has_raw_data = raw != NULL;
    t->raw_data.len = size;
    t->raw_data.data = build_get(b, size ? size : 1, 1);
    if (size)
        memcpy(t->raw_data.data, raw, size);
    return t;
}

static inline Onnx__TensorProto *build_initializer(
    struct build *b, Onnx__GraphProto *g, const char *name, int dtype,
    int64_t n, const void *raw, size_t size)
{
    Onnx__TensorProto *t = build_tensor(b, name, dtype, n, raw, size);
    build_append(b, &g->initializer, &g->n_initializer, t);
    return t;
}

/* "a b" -> a list of texts; "-" is an absent one. */
static inline size_t build_names(struct build *b, char ***out,
                                 const char *names)
{
    char *text = build_text(b, names), *rest = NULL;
    size_t n = 0;
    *out = NULL;
    for (char *s = strtok_r(text, " ", &rest); s;
         s = strtok_r(NULL, " ", &rest))
        build_append(b, out, &n,
                     strcmp(s, "-") ? s : build_text(b, ""));
    return n;
}

static inline Onnx__NodeProto *build_node(struct build *b,
                                          Onnx__NodeProto ***list, size_t *n,
                                          const char *type,
                                          const char *inputs,
                                          const char *outputs)
{
    Onnx__NodeProto *p = build_get(b, 1, sizeof *p);
    onnx__node_proto__init(p);
    p->op_type = build_text(b, type);
    p->n_input = build_names(b, &p->input, inputs);
    p->n_output = build_names(b, &p->output, outputs);
    build_append(b, list, n, p);
    return p;
}

static inline Onnx__NodeProto *build_in(struct build *b, Onnx__GraphProto *g,
                                        const char *type, const char *inputs,
                                        const char *outputs)
{
    return build_node(b, &g->node, &g->n_node, type, inputs, outputs);
}

static inline Onnx__AttributeProto *build_attr(struct build *b,
                                               Onnx__NodeProto *n,
                                               const char *name, int type)
{
    Onnx__AttributeProto *a = build_get(b, 1, sizeof *a);
    onnx__attribute_proto__init(a);
    a->name = build_text(b, name);
    a->has_type = 1;
    a->type = (Onnx__AttributeProto__AttributeType)type;
    build_append(b, &n->attribute, &n->n_attribute, a);
    return a;
}

static inline void build_int(struct build *b, Onnx__NodeProto *n,
                             const char *name, int64_t i)
{
    Onnx__AttributeProto *a = build_attr(
        b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    a->has_i = 1;
    a->i = i;
}

static inline void build_float(struct build *b, Onnx__NodeProto *n,
                               const char *name, float f)
{
    Onnx__AttributeProto *a = build_attr(
        b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    a->has_f = 1;
    a->f = f;
}

static inline void build_sub(struct build *b, Onnx__NodeProto *n,
                             const char *name, Onnx__GraphProto *g)
{
    Onnx__AttributeProto *a = build_attr(
        b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH);
    a->g = g;
}

static inline Onnx__FunctionProto *build_function(struct build *b,
                                                  const char *domain,
                                                  const char *name,
                                                  const char *inputs,
                                                  const char *outputs)
{
    Onnx__FunctionProto *f = build_get(b, 1, sizeof *f);
    onnx__function_proto__init(f);
    f->domain = build_text(b, domain);
    f->name = build_text(b, name);
    f->n_input = build_names(b, &f->input, inputs);
    f->n_output = build_names(b, &f->output, outputs);
    build_append(b, &b->model->functions, &b->model->n_functions, f);
    return f;
}

/* A node in a function's body. */
static inline Onnx__NodeProto *build_body(struct build *b,
                                          Onnx__FunctionProto *f,
                                          const char *type,
                                          const char *inputs,
                                          const char *outputs)
{
    return build_node(b, &f->node, &f->n_node, type, inputs, outputs);
}

/* A field that the installed onnx.proto does not know. */
static inline void build_unknown(struct build *b, ProtobufCMessage *m,
                                 uint32_t tag, const void *bytes, size_t n)
{
    ProtobufCMessageUnknownField *more =
        build_get(b, m->n_unknown_fields + 1, sizeof *more);
    if (m->n_unknown_fields)
        memcpy(more, m->unknown_fields, m->n_unknown_fields * sizeof *more);
    ProtobufCMessageUnknownField *u = &more[m->n_unknown_fields++];
    cr_assert_lt(n, 128);
    u->tag = tag;
    u->wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    u->len = n + 1;
    u->data = build_get(b, n + 1, 1);
    u->data[0] = (uint8_t)n;
    memcpy(u->data + 1, bytes, n);
    m->unknown_fields = more;
}

/* The file's bytes, the arena's as well. */
static inline unsigned char *build_pack(struct build *b, size_t *size)
{
    *size = onnx__model_proto__get_packed_size(b->model);
    unsigned char *bytes = build_get(b, *size, 1);
    onnx__model_proto__pack(b->model, bytes);
    return bytes;
}

static inline int build_try(struct build *b, struct graph **out,
                            op_find_f *find, struct prune_error *err)
{
    size_t size;
    unsigned char *bytes = build_pack(b, &size);
    return onnx_read_bytes(out, bytes, size, "built", find, err);
}

static inline struct graph *build_read(struct build *b, op_find_f *find)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(build_try(b, &g, find, &e), 0, "%s", e.text);
    return g;
}

/* Flips bytes by a fixed rule; whatever comes, it ends with an answer. */
static inline void build_mutate(struct build *b, int rounds)
{
    size_t size;
    unsigned char *bytes = build_pack(b, &size);
    unsigned char *copy = malloc(size); /* so that ASan sees ends */
    unsigned x = 1;
    for (int round = 0; round < rounds; round++) {
        memcpy(copy, bytes, size);
        for (int k = 0; k <= round % 4; k++) {
            x = x * 1664525u + 1013904223u;
            copy[(x >> 8) % size] = (unsigned char)(x >> 24);
        }
        struct graph *g = NULL;
        int rc = onnx_read_bytes(&g, copy, size, "mutant", NULL, NULL);
        cr_assert(rc == 0 || rc == PRUNE_E_INPUT, "%d: %d", round, rc);
        unsigned char *out = NULL;
        size_t n;
        if (!rc && !onnx_write_bytes(&out, &n, g, NULL))
            mem_free(out);
        graph_free(g);
    }
    free(copy);
}

static inline void build_done(struct build *b)
{
    arena_done(&b->arena);
}

#endif
