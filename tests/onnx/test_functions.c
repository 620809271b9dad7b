#include "build.h"

/* A model's own functions in the place of their calls. */

static struct build model(void)
{
    struct build b = build_model(10, 18);
    build_opset(&b, "own", 1);
    build_input(&b, b.graph, "x", DTYPE_F32);
    build_output(&b, b.graph, "y", DTYPE_F32);
    return b;
}

static Onnx__NodeProto *call(struct build *b, Onnx__GraphProto *g,
                             const char *name, const char *type,
                             const char *inputs, const char *outputs)
{
    Onnx__NodeProto *n = build_in(b, g, type, inputs, outputs);
    n->domain = build_text(b, "own");
    n->name = build_text(b, name);
    return n;
}

static void refer(struct build *b, Onnx__NodeProto *n, const char *name,
                  const char *to)
{
    build_attr(b, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT)
        ->ref_attr_name = build_text(b, to);
}

/* "Type:in,in>out" of every node, one a line. */
static const char *text(char out[static 2048], const struct graph *g)
{
    size_t at = 0;
    *out = 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        at += (size_t)snprintf(out + at, 2048 - at, "%s:", n->type);
        for (int k = 0; k < n->n_inputs; k++)
            at += (size_t)snprintf(out + at, 2048 - at, "%s%s",
                                   k ? "," : "",
                                   n->inputs[k] < 0
                                       ? ""
                                       : g->values[n->inputs[k]].name);
        for (int k = 0; k < n->n_outputs; k++)
            at += (size_t)snprintf(out + at, 2048 - at, "%s%s",
                                   k ? "," : ">",
                                   n->outputs[k] < 0
                                       ? ""
                                       : g->values[n->outputs[k]].name);
        at += (size_t)snprintf(out + at, 2048 - at, "\n");
    }
    return out;
}

static void becomes(struct build *b, const char *nodes)
{
    char got[2048];
    struct graph *g = build_read(b, NULL);
    cr_assert_str_eq(text(got, g), nodes);
    /* What is written needs no functions, and reads the same. */
    unsigned char *bytes = NULL;
    size_t n;
    struct graph *h = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_write_bytes(&bytes, &n, g, NULL), 0);
    cr_assert_eq(onnx_read_bytes(&h, bytes, n, "again", NULL, &e), 0, "%s",
                 e.text);
    cr_assert_str_eq(text(got, h), nodes);
    Onnx__ModelProto *m = onnx__model_proto__unpack(NULL, n, bytes);
    cr_assert_eq(m->n_functions, 0);
    onnx__model_proto__free_unpacked(m, NULL);
    mem_free(bytes);
    graph_free(g);
    graph_free(h);
    build_done(b);
}

static void refused(struct build *b, const char *says)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(build_try(b, &g, NULL, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, says), "%s", e.text);
    build_done(b);
}

Test(functions, stand_where_they_are_called)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a b", "c");
    build_body(&b, f, "Mul", "a b", "t");
    build_body(&b, f, "Add", "t a", "c")->name = build_text(&b, "sum");
    call(&b, b.graph, "one", "F", "x x", "m");
    call(&b, b.graph, "one", "F", "m x", "n");
    call(&b, b.graph, "", "F", "n x", "y");
    becomes(&b, "Mul:x,x>one/t\nAdd:one/t,x>m\n"
                "Mul:m,x>one_1/t\nAdd:one_1/t,m>n\n"
                "Mul:n,x>F/t\nAdd:F/t,n>y\n");
}

Test(functions, take_attributes_of_the_call)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    refer(&b, build_body(&b, f, "LeakyRelu", "a", "t"), "alpha", "slope");
    refer(&b, build_body(&b, f, "Elu", "t", "c"), "alpha", "none");
    build_float(&b, call(&b, b.graph, "f", "F", "x", "y"), "slope", 0.5f);
    struct graph *g = build_read(&b, NULL);
    cr_assert_eq(node_float(&g->nodes[0], "alpha", 0), 0.5f);
    cr_assert_eq(g->nodes[1].n_attrs, 0);
    graph_free(g);
    build_done(&b);
}

/* FunctionProto.attribute_proto is later than the installed definition. */
Test(functions, have_defaults)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    refer(&b, build_body(&b, f, "LeakyRelu", "a", "c"), "alpha", "slope");
    Onnx__AttributeProto a;
    uint8_t bytes[64];
    onnx__attribute_proto__init(&a);
    a.name = build_text(&b, "slope");
    a.has_type = a.has_f = 1;
    a.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    a.f = 0.25f;
    build_unknown(&b, &f->base, 11, bytes,
                  onnx__attribute_proto__pack(&a, bytes));
    call(&b, b.graph, "f", "F", "x", "m");
    build_float(&b, call(&b, b.graph, "f", "F", "m", "y"), "slope", 0.5f);
    struct graph *g = build_read(&b, NULL);
    cr_assert_eq(node_float(&g->nodes[0], "alpha", 0), 0.25f);
    cr_assert_eq(node_float(&g->nodes[1], "alpha", 0), 0.5f);
    graph_free(g);
    build_done(&b);
}

Test(functions, may_have_damaged_defaults)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Relu", "a", "c");
    build_unknown(&b, &f->base, 11, "\x0a\x7f", 2);
    call(&b, b.graph, "f", "F", "x", "y");
    refused(&b, "damaged");
}

Test(functions, call_functions)
{
    struct build b = model();
    Onnx__FunctionProto *in = build_function(&b, "own", "In", "a", "c");
    refer(&b, build_body(&b, in, "Elu", "a", "t"), "alpha", "inner");
    build_body(&b, in, "Neg", "t", "c");
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    Onnx__NodeProto *n = build_body(&b, f, "In", "a", "t");
    n->domain = build_text(&b, "own");
    n->name = build_text(&b, "in");
    refer(&b, n, "inner", "outer");
    build_body(&b, f, "Relu", "t", "c");
    build_float(&b, call(&b, b.graph, "f", "F", "x", "y"), "outer", 2);
    struct graph *g = build_read(&b, NULL);
    cr_assert_eq(node_float(&g->nodes[0], "alpha", 0), 2);
    graph_free(g);
    becomes(&b, "Elu:x>f/in/t\nNeg:f/in/t>f/t\nRelu:f/t>y\n");
}

Test(functions, may_leave_inputs_and_outputs_out)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a lo hi",
                                            "c d");
    build_body(&b, f, "Clip", "a lo hi", "c");
    build_body(&b, f, "Neg", "a", "d");
    call(&b, b.graph, "f", "F", "x - x", "- y");
    call(&b, b.graph, "g", "F", "x", "z");
    becomes(&b, "Clip:x,,x>f/c\nNeg:x>y\nClip:x,,>z\nNeg:x>g/d\n");
}

/* One name inside, two outside. */
Test(functions, may_hand_things_through)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "a c c");
    build_body(&b, f, "Neg", "a", "c");
    call(&b, b.graph, "f", "F", "x", "p y q");
    becomes(&b, "Neg:x>y\nIdentity:x>p\nIdentity:y>q\n");
}

Test(functions, hold_subgraphs)
{
    struct build b = model();
    Onnx__FunctionProto *in = build_function(&b, "own", "In", "a", "c");
    build_body(&b, in, "Neg", "a", "t");
    build_body(&b, in, "Neg", "t", "c");
    const float k = 1;
    Onnx__GraphProto *sub = build_graph(&b);
    build_initializer(&b, sub, "k", DTYPE_F32, 1, &k, sizeof k);
    build_in(&b, sub, "In", "a", "u")->domain = build_text(&b, "own");
    build_in(&b, sub, "Add", "u k", "v");
    build_output(&b, sub, "v", 0);
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    Onnx__NodeProto *n = build_body(&b, f, "If", "a", "c");
    build_sub(&b, n, "then_branch", sub);
    call(&b, b.graph, "f", "F", "x", "y");
    struct graph *g = build_read(&b, NULL);
    char got[2048];
    const struct attr *a = node_attr(&g->nodes[0], "then_branch");
    cr_assert_str_eq(text(got, a->graph),
                     "Neg:x>f/In/t\nNeg:f/In/t>f/u\nAdd:f/u,f/k>f/v\n");
    cr_assert(a->graph->values[graph_find_value(a->graph, "x")].is_outer);
    cr_assert_not_null(
        a->graph->values[graph_find_value(a->graph, "f/k")].constant);
    cr_assert_eq(g->nodes[0].n_captured, 1);
    graph_free(g);
    build_done(&b);
}

Test(functions, are_called_from_subgraphs)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Neg", "a", "t");
    build_body(&b, f, "Neg", "t", "c");
    Onnx__GraphProto *sub = build_graph(&b);
    call(&b, sub, "f", "F", "x", "u");
    build_output(&b, sub, "u", 0);
    build_sub(&b, build_in(&b, b.graph, "If", "x", "y"), "then_branch", sub);
    struct graph *g = build_read(&b, NULL);
    char got[2048];
    cr_assert_str_eq(
        text(got, node_attr(&g->nodes[0], "then_branch")->graph),
        "Neg:x>f/t\nNeg:f/t>u\n");
    graph_free(g);
    build_done(&b);
}

Test(functions, are_told_apart_by_their_overload)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Neg", "a", "c");
    f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Abs", "a", "c");
    build_unknown(&b, &f->base, 13, "two", 3);
    Onnx__NodeProto *n = call(&b, b.graph, "f", "F", "x", "m");
    build_unknown(&b, &n->base, 8, "two", 3);
    call(&b, b.graph, "g", "F", "m", "y");
    becomes(&b, "Abs:x>m\nNeg:m>y\n");
}

static const struct op any = {0};

static const struct op *find_any(const char *domain, const char *type,
                                 int64_t opset)
{
    (void)domain;
    (void)type;
    (void)opset;
    return &any;
}

/* Operators may mean something else in another version. */
Test(functions, of_another_version_stay)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Softmax", "a", "c");
    Onnx__OperatorSetIdProto o;
    onnx__operator_set_id_proto__init(&o);
    o.has_version = 1;
    o.version = 11;
    build_append(&b, &f->opset_import, &f->n_opset_import, &o);
    call(&b, b.graph, "f", "F", "x", "t");
    build_in(&b, b.graph, "Relu", "t", "y");
    struct graph *g = build_read(&b, find_any);
    cr_assert_str_eq(g->nodes[0].type, "F");
    cr_assert_null(g->nodes[0].op);
    cr_assert_eq(g->nodes[1].op, &any);
    unsigned char *bytes = NULL;
    size_t n;
    cr_assert_eq(onnx_write_bytes(&bytes, &n, g, NULL), 0);
    cr_assert_not_null(memmem(bytes, n, "Softmax", 7));
    mem_free(bytes);
    graph_free(g);
    build_done(&b);
}

Test(functions, bring_the_domains_that_they_use)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Gelu", "a", "c")->domain = build_text(&b, "other");
    Onnx__OperatorSetIdProto o;
    onnx__operator_set_id_proto__init(&o);
    o.domain = build_text(&b, "other");
    build_append(&b, &f->opset_import, &f->n_opset_import, &o);
    call(&b, b.graph, "f", "F", "x", "y");
    struct graph *g = build_read(&b, NULL);
    unsigned char *bytes = NULL;
    size_t n;
    cr_assert_eq(onnx_write_bytes(&bytes, &n, g, NULL), 0);
    Onnx__ModelProto *m = onnx__model_proto__unpack(NULL, n, bytes);
    cr_assert_eq(m->n_opset_import, 3);
    cr_assert_str_eq(m->opset_import[2]->domain, "other");
    onnx__model_proto__free_unpacked(m, NULL);
    mem_free(bytes);
    graph_free(g);
    build_done(&b);
}

Test(functions, must_end)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "F", "a", "c")->domain = build_text(&b, "own");
    call(&b, b.graph, "f", "F", "x", "y");
    refused(&b, "call each other more than 32 deep");
}

/* Each calls the one before it sixteen times. */
Test(functions, must_not_grow_without_end)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F0", "a", "c");
    build_body(&b, f, "Neg", "a", "c");
    for (int i = 1; i < 20; i++) {
        char name[8], last[8];
        snprintf(name, sizeof name, "F%d", i);
        snprintf(last, sizeof last, "F%d", i - 1);
        f = build_function(&b, "own", name, "a", "c");
        for (int k = 0; k < 15; k++)
            build_body(&b, f, last, "a", "-")->domain = build_text(&b, "own");
        build_body(&b, f, last, "a", "c")->domain = build_text(&b, "own");
    }
    call(&b, b.graph, "f", "F19", "x", "y");
    refused(&b, "in the place of their calls");
}

Test(functions, must_fit_their_calls)
{
    struct build b = model();
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    build_body(&b, f, "Neg", "a", "c");
    call(&b, b.graph, "f", "F", "x x", "y");
    refused(&b, "node f calls function F with 2 inputs");
}

/* Functions in functions, subgraphs, references, what is handed through. */
static struct build all(void)
{
    struct build b = model();
    Onnx__FunctionProto *in = build_function(&b, "own", "In", "a", "c a");
    build_body(&b, in, "Neg", "a", "c");
    Onnx__GraphProto *sub = build_graph(&b);
    call(&b, sub, "i", "In", "a", "u w");
    build_output(&b, sub, "u", 0);
    Onnx__FunctionProto *f = build_function(&b, "own", "F", "a", "c");
    Onnx__NodeProto *n = build_body(&b, f, "If", "a", "c");
    build_sub(&b, n, "then_branch", sub);
    refer(&b, n, "alpha", "beta");
    build_float(&b, call(&b, b.graph, "f", "F", "x", "y"), "beta", 1);
    return b;
}

Test(functions, survive_mutations, .timeout = 120)
{
    struct build b = all();
    build_mutate(&b, 4000);
    build_done(&b);
}

Test(functions, survive_want_of_memory)
{
    struct build b = all();
    size_t size;
    unsigned char *bytes = build_pack(&b, &size);
    int rc = -1;
    for (long i = 0; rc; i++) {
        struct graph *g = NULL;
        mem_fail_after(i);
        rc = onnx_read_bytes(&g, bytes, size, "short", NULL, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY, "%ld: %d", i, rc);
        graph_free(g);
    }
    build_done(&b);
}
