#include "build.h"

/* Files newer than the definition that they are read with, and old ones. */

static void put_unknown(struct build *b, ProtobufCMessage *m, uint32_t tag,
                        const char *text)
{
    build_unknown(b, m, tag, text, strlen(text));
}

static struct build model(int64_t ir_version, int64_t opset)
{
    static const float w[] = {1, 2};
    struct build b = build_model(ir_version, opset);
    build_input(&b, b.graph, "x", DTYPE_F32);
    build_output(&b, b.graph, "y", DTYPE_F32);
    build_initializer(&b, b.graph, "w", DTYPE_F32, 2, w, sizeof w);
    build_int(&b, build_in(&b, b.graph, "Sum", "x w", "y"), "axis", 1);
    return b;
}

Test(versions, of_all_kinds_are_read)
{
    for (int64_t ir = 3; ir <= 12; ir++)
        for (int64_t opset = 7; opset <= 25; opset++) {
            struct build b = model(ir, opset);
            struct graph *g = build_read(&b, NULL);
            cr_assert_eq(g->opset, opset);
            cr_assert_eq(g->ir_version, ir);
            graph_free(g);
            build_done(&b);
        }
}

Test(versions, that_never_were_are_not)
{
    const int64_t bad[][2] = {{2, 13}, {0, 13}, {-1, 13}, {8, -1}, {8, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct build b = model(bad[i][0], bad[i][1]);
        struct graph *g = NULL;
        int rc = build_try(&b, &g, NULL, NULL);
        cr_expect_eq(rc, i == 4 ? 0 : PRUNE_E_INPUT, "%zu: %d", i, rc);
        graph_free(g);
        build_done(&b);
    }
}

/* Fields of later versions: NodeProto.overload and metadata_props,
 * AttributeProto's, TensorProto's, ValueInfoProto's and GraphProto's. */
static void put_all_unknown(struct build *b)
{
    Onnx__NodeProto *n = b->graph->node[0];
    put_unknown(b, &n->base, 8, "node-overload");
    put_unknown(b, &n->attribute[0]->base, 99, "attribute-field");
    put_unknown(b, &b->graph->initializer[0]->base, 16, "tensor-props");
    put_unknown(b, &b->graph->input[0]->base, 4, "info-props");
    put_unknown(b, &b->graph->base, 16, "graph-props");
    put_unknown(b, &b->model->base, 26, "model-configuration");
}

/* Everything edited that an edit can reach. */
static void edit(struct graph *g)
{
    struct tensor *t = NULL;
    struct shape s = {.rank = 1, .dims = {1}};
    int w = graph_find_value(g, "w");
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    cr_assert_eq(graph_set_constant(g, w, t, NULL), 0);
    cr_assert_eq(node_set_int(g, 0, "axis", 5, NULL), 0);
}

Test(versions, leave_later_fields_where_they_are)
{
    static const char *texts[] = {"node-overload", "attribute-field",
                                  "tensor-props", "info-props",
                                  "graph-props", "model-configuration"};
    for (int edited = 0; edited < 2; edited++) {
        struct build b = model(10, 22);
        put_all_unknown(&b);
        struct graph *g = build_read(&b, NULL);
        if (edited)
            edit(g);
        unsigned char *bytes = NULL;
        size_t n;
        cr_assert_eq(onnx_write_bytes(&bytes, &n, g, NULL), 0);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            cr_expect_not_null(memmem(bytes, n, texts[i], strlen(texts[i])),
                               "%s", texts[i]);
        mem_free(bytes);
        graph_free(g);
        build_done(&b);
    }
}

/* float8, int4, float4 and what is yet to come: kept, no constants. */
Test(versions, of_types_that_are_not_known_yet)
{
    const int types[] = {0, 8, 17, 18, 19, 20, 21, 22, 23, 24, 1000,
                         0x7fffffff, -1};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct build b = model(10, 21);
        const uint8_t raw[3] = {1, 2, 3};
        build_initializer(&b, b.graph, "odd", types[i], 5, raw, 3);
        build_in(&b, b.graph, "Later", "odd z", "o");
        build_input(&b, b.graph, "z", types[i]);
        struct graph *g = build_read(&b, NULL);
        const struct value *v = &g->values[graph_find_value(g, "odd")];
        cr_expect_null(v->constant);
        cr_expect_eq(v->is_input, 0);
        v = &g->values[graph_find_value(g, "z")];
        cr_expect_eq(v->dtype, types[i] == 8 ? v->dtype : DTYPE_NONE);
        size_t size, n;
        unsigned char *bytes = build_pack(&b, &size), *again = NULL;
        cr_assert_eq(onnx_write_bytes(&again, &n, g, NULL), 0);
        cr_expect_eq(n, size);
        cr_expect_eq(memcmp(again, bytes, size), 0);
        mem_free(again);
        graph_free(g);
        build_done(&b);
    }
}

/* Sizes of 0 are unknown where they are declared and real in tensors. */
Test(versions, tensors_may_be_empty)
{
    struct build b = model(8, 13);
    build_initializer(&b, b.graph, "none", DTYPE_F32, 0, "", 0);
    build_initializer(&b, b.graph, "list", DTYPE_I64, 0, NULL, 0);
    struct graph *g = build_read(&b, NULL);
    const char *names[] = {"none", "list"};
    for (int i = 0; i < 2; i++) {
        const struct value *v = &g->values[graph_find_value(g, names[i])];
        cr_assert_not_null(v->constant);
        cr_assert_eq(v->constant->size, 0);
        cr_assert_eq(v->shape.rank, 1);
        cr_assert_eq(v->shape.dims[0], 0);
    }
    graph_free(g);
    build_done(&b);
}
