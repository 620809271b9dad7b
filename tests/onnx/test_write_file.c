#include <unistd.h>

#include "build.h"
#include "onnx/write_parts.h"

static char folder[] = "/tmp/prune-write-XXXXXX";

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave(void)
{
    unlink("m.onnx");
    unlink("m.onnx.data");
    cr_assert_eq(chdir("/"), 0);
    /* Only what was meant to be there was. */
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(write_file, .init = enter, .fini = leave);

enum { N = 3000 };

/* Raw data, a list of numbers, a small tensor, a type of four bits. */
static struct build model(void)
{
    static float x[N];
    struct build b = build_model(8, 13);
    for (int i = 0; i < N; i++)
        x[i] = (float)i;
    build_output(&b, b.graph, "y", 0);
    build_in(&b, b.graph, "Add", "raw list", "t");
    build_in(&b, b.graph, "Add", "t small", "y");
    build_initializer(&b, b.graph, "raw", DTYPE_F32, N, x, sizeof x);
    Onnx__TensorProto *t = build_initializer(&b, b.graph, "list", DTYPE_F32,
                                             N, NULL, 0);
    t->n_float_data = N;
    t->float_data = x;
    t->doc_string = build_text(&b, "a comment");
    build_initializer(&b, b.graph, "small", DTYPE_F32, 1, x, sizeof *x);
    build_initializer(&b, b.graph, "nibbles", 22, 2 * N + 1, x, N + 1);
    return b;
}

static const struct value *value(const struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    return &g->values[v];
}

static struct graph *read_back(void)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read(&g, "m.onnx", NULL, &e), 0, "%s", e.text);
    return g;
}

Test(write_file, is_the_bytes)
{
    struct build b = model();
    struct graph *g = build_read(&b, NULL);
    unsigned char *bytes = NULL;
    size_t n;
    int64_t size;
    cr_assert_eq(onnx_write_bytes(&bytes, &n, g, NULL), 0);
    cr_assert_eq(onnx_size(&size, g, NULL), 0);
    cr_assert_eq((size_t)size, n);
    cr_assert_eq(onnx_write(g, "m.onnx", NULL), 0);
    struct file_map m = {0};
    cr_assert_eq(file_map(&m, "m.onnx", 0, NULL), 0);
    cr_assert_eq(m.size, n);
    cr_assert_eq(memcmp(m.data, bytes, n), 0);
    cr_assert_neq(access("m.onnx.data", F_OK), 0);
    file_unmap(&m);
    mem_free(bytes);
    graph_free(g);
    build_done(&b);
}

Test(write_file, puts_weights_beside_what_is_too_large)
{
    struct build b = model();
    struct graph *g = build_read(&b, NULL);
    struct prune_error e = {0};
    cr_assert_eq(onnx_write_within(g, "m.onnx", 4096, &e), 0, "%s", e.text);
    graph_free(g);
    g = read_back();
    const struct file_map *data = onnx_file(g, 1);
    cr_assert_not_null(data);
    cr_assert_null(onnx_file(g, 2));
    cr_assert_lt(onnx_file(g, 0)->size, 4096);
    const char *names[] = {"raw", "list"};
    for (int k = 0; k < 2; k++) {
        const struct tensor *t = value(g, names[k])->constant;
        cr_assert_eq((uintptr_t)t->data % 64, 0);
        cr_assert_geq((void *)t->data, (void *)(uintptr_t)data->data);
        for (int i = 0; i < N; i++)
            cr_assert_eq(tensor_f32(t)[i], i);
    }
    cr_assert_eq(value(g, "small")->constant->size, 4);
    const Onnx__TensorProto *p = value(g, "nibbles")->origin;
    cr_assert_eq(p->raw_data.len, N + 1);
    p = value(g, "list")->origin;
    cr_assert_str_eq(p->doc_string, "a comment");
    graph_free(g);
    build_done(&b);
}

/* Back and forth, also over the very files that are being read. */
Test(write_file, comes_back_into_one_file)
{
    struct build b = model();
    struct graph *g = build_read(&b, NULL), *h;
    cr_assert_eq(onnx_write_within(g, "m.onnx", 4096, NULL), 0);
    graph_free(g);
    g = read_back();
    cr_assert_eq(onnx_write(g, "m.onnx", NULL), 0);
    unlink("m.onnx.data");
    h = read_back();
    cr_assert_null(onnx_file(h, 1));
    for (int i = 0; i < N; i++)
        cr_assert_eq(tensor_f32(value(h, "list")->constant)[i], i);
    cr_assert_eq(tensor_f32(value(g, "raw")->constant)[7], 7);
    graph_free(g);
    graph_free(h);
    build_done(&b);
}

Test(write_file, says_when_nothing_helps)
{
    struct build b = model();
    struct graph *g = build_read(&b, NULL);
    struct prune_error e = {0};
    cr_assert_eq(onnx_write_within(g, "m.onnx", 20, &e),
                 PRUNE_E_UNSUPPORTED);
    cr_assert_not_null(strstr(e.text, "2 GiB"));
    cr_assert_neq(access("m.onnx", F_OK), 0);
    cr_assert_neq(access("m.onnx.data", F_OK), 0);
    graph_free(g);
    build_done(&b);
}

/* Whenever memory ends: no model without its weights. */
Test(write_file, survives_want_of_memory)
{
    struct build b = model();
    struct graph *g = build_read(&b, NULL);
    int rc = -1;
    for (long i = 0; rc && i < 2000; i++) {
        mem_fail_after(i);
        rc = onnx_write_within(g, "m.onnx", 4096, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY, "%ld: %d", i, rc);
        cr_assert(rc == 0 || access("m.onnx", F_OK));
    }
    cr_assert_eq(rc, 0);
    graph_free(read_back());
    graph_free(g);
    build_done(&b);
}
