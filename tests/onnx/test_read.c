#include "files.h"

static void read_one(const char *path)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read(&g, path, NULL, &e), 0, "%s", e.text);
    cr_assert_eq(g->n_inputs, 1, "%s", path);
    cr_assert_eq(g->n_outputs, 1, "%s", path);
    cr_assert_geq(g->opset, 11);
    cr_assert_eq(g->values[g->inputs[0]].dtype, DTYPE_F32);
    cr_assert_geq(g->values[g->inputs[0]].declared.rank, 2);
    graph_free(g);
}

Test(read, takes_every_network_of_the_test_data)
{
    cr_assert_geq(each_model("models", read_one), 20);
}

Test(read, knows_shapes_constants_and_names)
{
    struct graph *g = NULL;
    char path[512];
    cr_assert_eq(onnx_read(&g, data_path(path, "models/lenet300.onnx"), NULL,
                           NULL), 0);
    const struct value *x = &g->values[g->inputs[0]];
    cr_assert_eq(x->declared.dims[0], -1);
    cr_assert(x->is_input);
    int weights = 0;
    for (int i = 0; i < g->n_values; i++) {
        const struct value *v = &g->values[i];
        if (!v->constant || v->constant->shape.rank != 2)
            continue;
        weights++;
        cr_assert_eq(v->dtype, DTYPE_F32);
        cr_assert_eq((uintptr_t)v->constant->data % 4, 0);
        cr_assert_gt(tensor_nonzeros(v->constant), 0);
    }
    cr_assert_eq(weights, 3);
    graph_free(g);
}

/* A tensor may outlive its graph: it holds on to the file's messages. */
Test(read, leaves_tensors_to_who_holds_them)
{
    struct graph *g = NULL;
    char path[512];
    cr_assert_eq(onnx_read(&g, data_path(path, "models/lenet300.onnx"), NULL,
                           NULL), 0);
    struct tensor *t = NULL;
    for (int i = 0; i < g->n_values && !t; i++)
        t = tensor_ref(g->values[i].constant);
    graph_free(g);
    cr_assert_not_null(t);
    cr_assert_geq(tensor_nonzeros(t), 0);
    tensor_unref(t);
}

static const struct {
    const char *file, *says;
} bad[] = {
    {"cycle.onnx", "depends on its own output"},
    {"deep.onnx", "nested too deep"},
    {"dims-huge.onnx", "fewer bytes"},
    {"dims-negative.onnx", "negative size"},
    {"dims-negative-pair.onnx", "negative size"},
    {"dims-overflow.onnx", "too large"},
    {"dims-wrap-to-0.onnx", "too large"},
    {"duplicate-initializers.onnx", "two initializers"},
    {"duplicate-outputs.onnx", "made already"},
    {"empty.onnx", "empty"},
    {"external-absolute.onnx", "no path within the model's folder"},
    {"external-missing.onnx", "No such file"},
    {"external-parent.onnx", "no path within the model's folder"},
    {"float-data-too-short.onnx", "fewer values"},
    {"nested-lengths.onnx", "damaged: at byte"},
    {"no-graph.onnx", "no graph"},
    {"no-output.onnx", "nothing makes"},
    {"not-onnx.bin", "not an ONNX file"},
    {"raw-too-long.onnx", "fewer bytes"},
    {"raw-too-short.onnx", "fewer bytes"},
    {"self-loop.onnx", "depends on its own output"},
    {"text.onnx", "not an ONNX file"},
    {"truncated.onnx", "cut short"},
    {"two-values.onnx", "twice"},
    {"unknown-input.onnx", "which nothing makes"},
};

Test(read, says_what_is_wrong_with_a_bad_file)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct graph *g = NULL;
        struct prune_error e = {0};
        char path[512], name[64];
        snprintf(name, sizeof name, "bad/%s", bad[i].file);
        int rc = onnx_read(&g, data_path(path, name), NULL, &e);
        cr_expect_eq(rc, PRUNE_E_INPUT, "%s: %d", name, rc);
        cr_expect_null(g);
        cr_expect_not_null(strstr(e.text, bad[i].says), "%s", e.text);
        cr_expect_eq(strncmp(e.text, path, strlen(path)), 0, "%s", e.text);
    }
}

Test(read, takes_what_is_only_unusual)
{
    const char *files[] = {"custom-op", "if-subgraph", "unsorted",
                           "dims-many", "type-unknown"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct graph *g = NULL;
        struct prune_error e = {0};
        char path[512], name[64];
        snprintf(name, sizeof name, "bad/%s.onnx", files[i]);
        cr_expect_eq(onnx_read(&g, data_path(path, name), NULL, &e), 0, "%s",
                     e.text);
        graph_free(g);
    }
}

Test(read, sees_what_a_subgraph_reads)
{
    struct graph *g = NULL;
    char path[512];
    cr_assert_eq(onnx_read(&g, data_path(path, "bad/if-subgraph.onnx"), NULL,
                           NULL), 0);
    int captured = 0;
    for (int i = 0; i < g->n_nodes; i++)
        if (!strcmp(g->nodes[i].type, "If"))
            captured = g->nodes[i].n_captured;
    cr_assert_gt(captured, 0);
    graph_free(g);
}

Test(read, refuses_every_file_that_was_cut_short)
{
    struct file_map m = data_file("bad/if-subgraph.onnx");
    int taken = 0;
    for (size_t n = 0; n < m.size; n++) {
        struct graph *g = NULL;
        struct prune_error e = {0};
        unsigned char *copy = malloc(n ? n : 1); /* so that ASan sees ends */
        memcpy(copy, m.data, n);
        int rc = onnx_read_bytes(&g, copy, n, "cut", NULL, &e);
        cr_expect(rc == 0 || rc == PRUNE_E_INPUT, "%zu: %s", n, e.text);
        taken += rc == 0;
        free(copy);
        graph_free(g);
    }
    /* A cut between two of the model's own fields leaves a model. */
    cr_expect_leq(taken, 4);
    file_unmap(&m);
}

/* Flips bytes by a fixed rule; whatever comes, it ends with an answer. */
Test(read, survives_mutations, .timeout = 120)
{
    struct file_map m = data_file("bad/if-subgraph.onnx");
    unsigned char *copy = malloc(m.size);
    unsigned x = 1;
    for (int round = 0; round < 4000; round++) {
        memcpy(copy, m.data, m.size);
        for (int k = 0; k <= round % 4; k++) {
            x = x * 1664525u + 1013904223u;
            copy[(x >> 8) % m.size] = (unsigned char)(x >> 24);
        }
        struct graph *g = NULL;
        int rc = onnx_read_bytes(&g, copy, m.size, "mutant", NULL, NULL);
        cr_expect(rc == 0 || rc == PRUNE_E_INPUT);
        graph_free(g);
    }
    free(copy);
    file_unmap(&m);
}

Test(read, survives_want_of_memory)
{
    const char *files[] = {"bad/if-subgraph.onnx", "bad/custom-op.onnx",
                           "models/mobilenetv3-11.onnx"};
    for (size_t f = 0; f < 3; f++) {
        struct file_map m = data_file(files[f]);
        int rc = -1;
        /* The large one is sampled: its early failures are the same. */
        for (long i = 0; rc; i += f < 2 ? 1 : 1 + i / 8) {
            struct graph *g = NULL;
            mem_fail_after(i);
            rc = onnx_read_bytes(&g, m.data, m.size, "short", NULL, NULL);
            mem_fail_after(-1);
            cr_assert(rc == 0 || rc == PRUNE_E_MEMORY, "%s: %ld: %d",
                      files[f], i, rc);
            graph_free(g);
        }
        file_unmap(&m);
    }
}
