#include "build.h"
#include "onnx/wire.h"

/* Elements that stay in the file. */
enum { N = 5000 };

static struct build model(void)
{
    struct build b = build_model(8, 13);
    build_output(&b, b.graph, "y", 0);
    build_in(&b, b.graph, "Neg", "w", "y");
    return b;
}

static float *floats(struct build *b)
{
    float *x = build_get(b, N, sizeof *x);
    for (int i = 0; i < N; i++)
        x[i] = (float)i;
    return x;
}

static double *doubles(struct build *b)
{
    double *x = build_get(b, N, sizeof *x);
    for (int i = 0; i < N; i++)
        x[i] = i;
    return x;
}

/* Every form at once, in the graph, in an attribute, in a subgraph. Names
 * of different lengths give different alignments. */
static struct build forms(void)
{
    struct build b = model();
    float *x = floats(&b);
    static const char *names[] = {"w", "ww", "www", "wwww"};
    for (int i = 0; i < 4; i++) {
        build_initializer(&b, b.graph, names[i], DTYPE_F32, N, x,
                          N * sizeof *x);
        char list[16], wide[16];
        snprintf(list, sizeof list, "f%s", names[i]);
        snprintf(wide, sizeof wide, "d%s", names[i]);
        Onnx__TensorProto *t = build_initializer(&b, b.graph, list, DTYPE_F32,
                                                 N, NULL, 0);
        t->n_float_data = N;
        t->float_data = x;
        t = build_initializer(&b, b.graph, wide, DTYPE_F64, N, NULL, 0);
        t->n_double_data = N;
        t->double_data = doubles(&b);
    }
    Onnx__GraphProto *sub = build_graph(&b);
    build_initializer(&b, sub, "s", DTYPE_F32, N, x, N * sizeof *x);
    build_output(&b, sub, "s", 0);
    build_sub(&b, b.graph->node[0], "body", sub);
    Onnx__AttributeProto *a = build_attr(
        &b, build_in(&b, b.graph, "Constant", "", "c"), "value",
        ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR);
    a->t = build_tensor(&b, "t", DTYPE_F32, N, x, N * sizeof *x);
    return b;
}

static const struct tensor *constant(const struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    cr_assert_not_null(g->values[v].constant, "%s", name);
    return g->values[v].constant;
}

static void check(const struct graph *g, const char *name)
{
    const struct tensor *t = constant(g, name);
    size_t item = dtype_size(t->dtype);
    cr_assert_eq((uintptr_t)t->data % item, 0, "%s", name);
    cr_assert_eq(t->size, N * item);
    for (int i = 0; i < N; i++)
        cr_assert_eq(item == 4 ? tensor_f32(t)[i]
                               : ((const double *)t->data)[i],
                     i, "%s", name);
}

Test(payload, every_form_is_read)
{
    static const char *names[] = {"w", "ww", "www", "wwww", "fw", "fww",
                                  "fwww", "fwwww", "dw", "dww", "dwww",
                                  "dwwww", "c"};
    struct build b = forms();
    struct graph *g = build_read(&b, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check(g, names[i]);
    check(g->nodes[0].attrs[0].graph, "s");
    graph_free(g);
    build_done(&b);
}

Test(payload, what_is_aligned_is_not_copied)
{
    struct build b = forms();
    struct graph *g = build_read(&b, NULL);
    const struct file_map *m = onnx_file(g, 0);
    int inside = 0;
    for (int i = 0; i < g->n_values; i++) {
        const struct tensor *t = g->values[i].constant;
        const unsigned char *data = t ? t->data : NULL;
        inside += data >= m->data && data < m->data + m->size;
    }
    cr_assert_gt(inside, 0);
    graph_free(g);
    build_done(&b);
}

Test(payload, every_form_is_written_as_it_was)
{
    struct build b = forms();
    size_t size, n;
    unsigned char *bytes = build_pack(&b, &size), *again = NULL;
    struct graph *g = build_read(&b, NULL);
    cr_assert_eq(onnx_write_bytes(&again, &n, g, NULL), 0);
    cr_assert_eq(n, size);
    cr_assert_eq(memcmp(again, bytes, n), 0);
    mem_free(again);
    graph_free(g);
    build_done(&b);
}

/* One tensor on the wire: what a list in pieces, or raw data given twice,
 * looks like. `fields` are put into the initializer behind name and type. */
struct wire {
    unsigned char bytes[1 << 16];
    size_t n;
};

static void put(struct wire *w, const void *bytes, size_t n)
{
    cr_assert_leq(w->n + n, sizeof w->bytes);
    memcpy(w->bytes + w->n, bytes, n);
    w->n += n;
}

static void put_number(struct wire *w, uint64_t n)
{
    for (; n > 127; n >>= 7)
        put(w, &(unsigned char){(unsigned char)(n | 128)}, 1);
    put(w, &(unsigned char){(unsigned char)n}, 1);
}

static void put_field(struct wire *w, uint64_t number, const void *bytes,
                      size_t n)
{
    put_number(w, number << 3 | 2);
    put_number(w, n);
    put(w, bytes, n);
}

static void whole(struct wire *out, struct build *b, const struct wire *tensor)
{
    static struct wire graph;
    size_t n = onnx__graph_proto__get_packed_size(b->graph);
    graph.n = n;
    onnx__graph_proto__pack(b->graph, graph.bytes);
    put_field(&graph, 5, tensor->bytes, tensor->n);
    b->model->graph = NULL;
    out->n = onnx__model_proto__pack(b->model, out->bytes);
    b->model->graph = b->graph;
    put_field(out, 7, graph.bytes, graph.n);
}

static void start(struct wire *w, int64_t n)
{
    w->n = 0;
    put_number(w, 1 << 3);
    put_number(w, (uint64_t)n);
    put_number(w, 2 << 3);
    put_number(w, DTYPE_F32);
    put_field(w, 8, "w", 1);
}

Test(payload, lists_may_come_in_pieces)
{
    static struct wire tensor, file;
    struct build b = model();
    float *x = floats(&b);
    start(&tensor, N);
    put_field(&tensor, 4, x, 2000 * sizeof *x);
    put_number(&tensor, 4 << 3 | 5); /* one that is not packed */
    put(&tensor, &x[2000], sizeof *x);
    put_field(&tensor, 4, x + 2001, (N - 2001) * sizeof *x);
    whole(&file, &b, &tensor);
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read_bytes(&g, file.bytes, file.n, "it", NULL, &e), 0,
                 "%s", e.text);
    check(g, "w");
    graph_free(g);
    build_done(&b);
}

Test(payload, the_last_raw_data_counts)
{
    static struct wire tensor, file;
    struct build b = model();
    float *x = floats(&b);
    start(&tensor, N);
    put_field(&tensor, 9, x + 1, 2000 * sizeof *x);
    put_field(&tensor, 9, x, N * sizeof *x);
    whole(&file, &b, &tensor);
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read_bytes(&g, file.bytes, file.n, "it", NULL, &e), 0,
                 "%s", e.text);
    check(g, "w");
    graph_free(g);
    build_done(&b);
}

/* The mark that stands for elements is ours alone. */
Test(payload, a_file_cannot_mark)
{
    static struct wire tensor, file;
    const uint64_t indices[] = {0, 1, (uint64_t)-1};
    for (int i = 0; i < 3; i++) {
        struct build b = model();
        start(&tensor, 2);
        put_number(&tensor, (uint64_t)WIRE_MARK << 3 | 1);
        put(&tensor, &indices[i], 8);
        whole(&file, &b, &tensor);
        struct graph *g = NULL;
        struct prune_error e = {0};
        cr_assert_eq(onnx_read_bytes(&g, file.bytes, file.n, "it", NULL, &e),
                     PRUNE_E_INPUT);
        cr_assert_not_null(strstr(e.text, "no possible number"), "%s",
                           e.text);
        build_done(&b);
    }
}

Test(payload, unknown_fields_beside_it_stay)
{
    static struct wire tensor, file;
    struct build b = model();
    float *x = floats(&b);
    start(&tensor, N);
    put_field(&tensor, 99, "before", 6);
    put_field(&tensor, 9, x, N * sizeof *x);
    put_field(&tensor, 100, "behind", 6);
    whole(&file, &b, &tensor);
    struct graph *g = NULL;
    cr_assert_eq(onnx_read_bytes(&g, file.bytes, file.n, "it", NULL, NULL),
                 0);
    check(g, "w");
    unsigned char *out = NULL;
    size_t n;
    cr_assert_eq(onnx_write_bytes(&out, &n, g, NULL), 0);
    cr_assert_eq(n, file.n);
    cr_assert_not_null(memmem(out, n, "before", 6));
    cr_assert_not_null(memmem(out, n, "behind", 6));
    mem_free(out);
    graph_free(g);
    build_done(&b);
}

Test(payload, survives_cuts_and_want_of_memory)
{
    struct build b = forms();
    size_t size;
    unsigned char *bytes = build_pack(&b, &size);
    for (size_t n = 1; n < size; n += 1 + n / 16) {
        struct graph *g = NULL;
        int rc = onnx_read_bytes(&g, bytes, n, "cut", NULL, NULL);
        cr_assert(rc == 0 || rc == PRUNE_E_INPUT);
        graph_free(g);
    }
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
