#include <sys/stat.h>
#include <unistd.h>

#include "build.h"

/* Models with external data, in a folder of their own. */
static char folder[] = "/tmp/prune-external-XXXXXX";

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave(void)
{
    const char *files[] = {"m.onnx", "w.bin", "sub/w.bin", "link", "out.onnx",
                           "empty"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(files[i]);
    rmdir("sub");
    cr_assert_eq(chdir("/"), 0);
    rmdir(folder);
}

TestSuite(external, .init = enter, .fini = leave);

static void save(const char *path, const void *bytes, size_t n)
{
    struct prune_error e = {0};
    cr_assert_eq(file_write(path, bytes, n, &e), 0, "%s", e.text);
}

static void entry(struct build *b, Onnx__TensorProto *t, const char *key,
                  const char *value)
{
    Onnx__StringStringEntryProto *p = build_get(b, 1, sizeof *p);
    onnx__string_string_entry_proto__init(p);
    p->key = build_text(b, key);
    p->value = build_text(b, value);
    build_append(b, &t->external_data, &t->n_external_data, p);
}

/* n floats elsewhere; what is NULL is left out. */
static Onnx__TensorProto *elsewhere(struct build *b, const char *name,
                                    int64_t n, const char *location,
                                    const char *offset, const char *length)
{
    Onnx__TensorProto *t = build_initializer(b, b->graph, name, DTYPE_F32, n,
                                             NULL, 0);
    t->has_data_location = 1;
    t->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    if (location)
        entry(b, t, "location", location);
    if (offset)
        entry(b, t, "offset", offset);
    if (length)
        entry(b, t, "length", length);
    return t;
}

/* A model whose output is `w`, which is still to be made. */
static struct build model(void)
{
    struct build b = build_model(8, 13);
    build_output(&b, b.graph, "y", 0);
    build_in(&b, b.graph, "Neg", "w", "y");
    return b;
}

static int read_model(struct build *b, struct graph **out,
                      struct prune_error *err)
{
    size_t size;
    unsigned char *bytes = build_pack(b, &size);
    save("m.onnx", bytes, size);
    return onnx_read(out, "m.onnx", NULL, err);
}

static struct graph *must_read(struct build *b)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(read_model(b, &g, &e), 0, "%s", e.text);
    return g;
}

static const struct tensor *constant(const struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    cr_assert_not_null(g->values[v].constant, "%s", name);
    return g->values[v].constant;
}

static void save_floats(const char *path, int n)
{
    float x[64];
    for (int i = 0; i < n; i++)
        x[i] = (float)i;
    save(path, x, (size_t)n * sizeof *x);
}

Test(external, is_mapped_once_and_shared)
{
    struct build b = model();
    save_floats("w.bin", 16);
    elsewhere(&b, "w", 4, "w.bin", "16", "16");
    elsewhere(&b, "v", 2, "./w.bin", NULL, NULL);
    elsewhere(&b, "none", 0, "w.bin", "64", "0");
    struct graph *g = must_read(&b);
    cr_assert_eq(tensor_f32(constant(g, "w"))[0], 4);
    cr_assert_eq(tensor_f32(constant(g, "w"))[3], 7);
    cr_assert_eq(constant(g, "v")->size, 8);
    cr_assert_eq(tensor_f32(constant(g, "v"))[1], 1);
    cr_assert_eq(constant(g, "none")->size, 0);
    const struct file_map *m = onnx_file(g, 1);
    cr_assert_not_null(m);
    cr_assert_eq((void *)(uintptr_t)m->data, constant(g, "v")->data);
    cr_assert_null(onnx_file(g, 2));
    graph_free(g);
    build_done(&b);
}

Test(external, may_stand_anywhere_and_in_a_folder)
{
    struct build b = model();
    unsigned char bytes[9] = {7, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40};
    cr_assert_eq(mkdir("sub", 0700), 0);
    save("sub/w.bin", bytes, 9);
    elsewhere(&b, "w", 2, "sub/w.bin", "1", NULL);
    struct graph *g = must_read(&b);
    cr_assert_eq(tensor_f32(constant(g, "w"))[0], 1);
    cr_assert_eq(tensor_f32(constant(g, "w"))[1], 2);
    graph_free(g);
    build_done(&b);
}

/* A tensor keeps the file alive, as it keeps the model. */
Test(external, lives_as_long_as_a_tensor)
{
    struct build b = model();
    save_floats("w.bin", 4);
    elsewhere(&b, "w", 4, "w.bin", NULL, NULL);
    struct graph *g = must_read(&b);
    struct tensor *t = tensor_ref((struct tensor *)(uintptr_t)
                                  constant(g, "w"));
    graph_free(g);
    unlink("w.bin");
    cr_assert_eq(tensor_f32(t)[3], 3);
    tensor_unref(t);
    build_done(&b);
}

Test(external, is_written_into_the_model)
{
    struct build b = model();
    save_floats("w.bin", 4);
    elsewhere(&b, "w", 4, "w.bin", NULL, NULL);
    /* A type that nothing here computes with: its bytes stay as well. */
    elsewhere(&b, "q", 4, "w.bin", "5", "2")->data_type = 22;
    struct graph *g = must_read(&b), *h = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_write(g, "out.onnx", &e), 0, "%s", e.text);
    graph_free(g);
    unlink("w.bin");
    cr_assert_eq(onnx_read(&h, "out.onnx", NULL, &e), 0, "%s", e.text);
    cr_assert_eq(tensor_f32(constant(h, "w"))[3], 3);
    cr_assert_null(onnx_file(h, 1));
    const struct value *q = &h->values[graph_find_value(h, "q")];
    const Onnx__TensorProto *p = q->origin;
    cr_assert_eq(p->raw_data.len, 2);
    cr_assert_eq(p->raw_data.data[1], 0x80);
    cr_assert_eq(p->data_type, 22);
    graph_free(h);
    build_done(&b);
}

static const struct {
    const char *location, *offset, *length, *says;
} bad[] = {
    {"missing.bin", NULL, NULL, "put that file beside the model"},
    {"/etc/passwd", NULL, NULL, "no path within the model's folder"},
    {"../w.bin", NULL, NULL, "no path within the model's folder"},
    {"sub/../w.bin", NULL, NULL, "no path within the model's folder"},
    {"sub//w.bin", NULL, NULL, "no path within the model's folder"},
    {"sub\\w.bin", NULL, NULL, "no path within the model's folder"},
    {"..", NULL, NULL, "no path within the model's folder"},
    {"", NULL, NULL, "names no file"},
    {NULL, NULL, NULL, "names no file"},
    {"link", NULL, NULL, "symbolic link"},
    {".", NULL, NULL, "not a regular file"},
    {"empty", NULL, NULL, "empty"},
    {"w.bin", "64", "16", "which has 64"},
    {"w.bin", "56", NULL, "which has 64"},
    {"w.bin", "18446744073709551615", "16", "which has 64"},
    {"w.bin", "18446744073709551616", "16", "offset that is no number"},
    {"w.bin", "0", "18446744073709551615", "which has 64"},
    {"w.bin", "-4", "16", "offset that is no number"},
    {"w.bin", "4x", "16", "offset that is no number"},
    {"w.bin", "0", " 16", "length that is no number"},
    {"w.bin", "0", "", "length that is no number"},
    {"w.bin", "0", "12", "fewer bytes than its shape"},
};

Test(external, says_what_is_wrong)
{
    save_floats("w.bin", 16);
    save("empty", "", 0);
    cr_assert_eq(symlink("w.bin", "link"), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct build b = model();
        struct graph *g = NULL;
        struct prune_error e = {0};
        elsewhere(&b, "w", 4, bad[i].location, bad[i].offset, bad[i].length);
        cr_expect_eq(read_model(&b, &g, &e), PRUNE_E_INPUT, "%zu", i);
        cr_expect_null(g);
        cr_expect_not_null(strstr(e.text, bad[i].says), "%s", e.text);
        cr_expect_not_null(strstr(e.text, "tensor 'w'"), "%s", e.text);
        build_done(&b);
    }
}

Test(external, needs_a_folder)
{
    struct build b = model();
    struct graph *g = NULL;
    struct prune_error e = {0};
    save_floats("w.bin", 16);
    elsewhere(&b, "w", 4, "w.bin", NULL, NULL);
    cr_assert_eq(build_try(&b, &g, NULL, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "read the model by its path"), "%s",
                       e.text);
    build_done(&b);
}

Test(external, is_not_given_twice)
{
    struct build b = model();
    struct graph *g = NULL;
    struct prune_error e = {0};
    save_floats("w.bin", 16);
    Onnx__TensorProto *t = elsewhere(&b, "w", 1, "w.bin", NULL, NULL);
    uint8_t raw[4] = {0};
    t->has_raw_data = 1;
    t->raw_data = (ProtobufCBinaryData){4, raw};
    cr_assert_eq(read_model(&b, &g, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "twice"), "%s", e.text);
    build_done(&b);
}

/* What is to be brought, before it is there. */
Test(external, is_listed)
{
    struct build b = model();
    elsewhere(&b, "w", 4, "./w.bin", "16", "16");
    elsewhere(&b, "v", 2, "w.bin", "4", NULL);
    elsewhere(&b, "u", 3, "sub/u.bin", NULL, NULL);
    elsewhere(&b, "q", 4, "q.bin", "5", NULL)->data_type = 22;
    size_t size, n = 0;
    unsigned char *bytes = build_pack(&b, &size);
    save("m.onnx", bytes, size);
    struct onnx_external *list = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_external_list(&list, &n, "m.onnx", &e), 0, "%s",
                 e.text);
    cr_assert_eq(n, 3);
    cr_assert_str_eq(list[0].file, "w.bin");
    cr_assert_eq(list[0].bytes, 32);
    cr_assert_str_eq(list[1].file, "sub/u.bin");
    cr_assert_eq(list[1].bytes, 12);
    cr_assert_eq(list[2].bytes, 5);
    onnx_external_free(list, n);
    int rc = -1;
    for (long i = 0; rc; i++) {
        mem_fail_after(i);
        rc = onnx_external_list(&list, &n, "m.onnx", NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY, "%ld: %d", i, rc);
    }
    onnx_external_free(list, n);
    build_done(&b);
}

Test(external, is_not_listed_from_elsewhere)
{
    const char *from[][2] = {{"../w.bin", "0"},
                             {"w.bin", "18446744073709551615"}};
    for (int i = 0; i < 2; i++) {
        struct build b = model();
        elsewhere(&b, "w", 4, from[i][0], from[i][1], "16");
        size_t size, n = 0;
        unsigned char *bytes = build_pack(&b, &size);
        save("m.onnx", bytes, size);
        struct onnx_external *list = NULL;
        struct prune_error e = {0};
        cr_assert_eq(onnx_external_list(&list, &n, "m.onnx", &e),
                     PRUNE_E_INPUT);
        cr_assert_null(list);
        cr_assert_not_null(strstr(e.text, "m.onnx: tensor 'w'"), "%s",
                           e.text);
        build_done(&b);
    }
}

Test(external, survives_want_of_memory)
{
    struct build b = model();
    save_floats("w.bin", 16);
    elsewhere(&b, "w", 4, "w.bin", "16", "16");
    elsewhere(&b, "v", 2, "w.bin", "2", "8");
    graph_free(must_read(&b));
    int rc = -1;
    for (long i = 0; rc; i++) {
        struct graph *g = NULL;
        mem_fail_after(i);
        rc = onnx_read(&g, "m.onnx", NULL, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY, "%ld: %d", i, rc);
        graph_free(g);
    }
    build_done(&b);
}
