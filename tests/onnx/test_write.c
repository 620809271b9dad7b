#include "files.h"
#include "graph/cut.h"

static struct graph *read_bytes(const void *data, size_t size)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read_bytes(&g, data, size, "it", NULL, &e), 0, "%s",
                 e.text);
    return g;
}

static struct graph *read_data(const char *name)
{
    struct file_map m = data_file(name);
    struct graph *g = read_bytes(m.data, m.size);
    file_unmap(&m);
    return g;
}

/* Writes and reads again. */
static struct graph *again(const struct graph *g)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct prune_error e = {0};
    cr_assert_eq(onnx_write_bytes(&bytes, &size, g, &e), 0, "%s", e.text);
    struct graph *h = read_bytes(bytes, size);
    mem_free(bytes);
    return h;
}

static struct value *find(struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    return &g->values[v];
}

static void same_bytes(const char *path)
{
    struct file_map m = {0};
    cr_assert_eq(file_map(&m, path, 0, NULL), 0);
    struct graph *g = read_bytes(m.data, m.size), *h = NULL;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    graph_free(g);
    unsigned char *bytes = NULL;
    size_t size = 0;
    cr_assert_eq(onnx_write_bytes(&bytes, &size, h, NULL), 0);
    cr_expect_eq(size, m.size, "%s: %zu, was %zu", path, size, m.size);
    if (size == m.size)
        cr_expect_eq(memcmp(bytes, m.data, size), 0, "%s", path);
    mem_free(bytes);
    graph_free(h);
    file_unmap(&m);
}

Test(write, gives_back_the_same_bytes)
{
    cr_assert_geq(each_model("models", same_bytes), 20);
    const char *unusual[] = {"bad/custom-op.onnx", "bad/if-subgraph.onnx",
                             "bad/dims-many.onnx", "bad/type-unknown.onnx"};
    char path[512];
    for (int i = 0; i < 4; i++)
        same_bytes(data_path(path, unusual[i]));
}

Test(write, puts_properties_over_old_ones)
{
    struct graph *g = read_data("models/mlp.onnx");
    const char *props[] = {"prune.technique", "weight", "a", "b"};
    g->props = props;
    g->n_props = 2;
    unsigned char *one = NULL, *two = NULL;
    size_t n1, n2;
    cr_assert_eq(onnx_write_bytes(&one, &n1, g, NULL), 0);
    struct graph *h = read_bytes(one, n1);
    h->props = props;
    h->n_props = 2;
    cr_assert_eq(onnx_write_bytes(&two, &n2, h, NULL), 0);
    cr_assert_eq(n1, n2);
    cr_assert_eq(memcmp(one, two, n1), 0);
    cr_assert_not_null(memmem(one, n1, "prune.technique", 15));
    mem_free(one);
    mem_free(two);
    graph_free(g);
    graph_free(h);
}

Test(write, writes_edited_constants_links_and_attributes)
{
    struct graph *g = read_data("models/lenet300.onnx");
    int node = 0, at = NO_VALUE;
    while (strcmp(g->nodes[node].type, "Gemm"))
        node++;
    struct value *w = node_in(g, &g->nodes[node], 1);
    struct tensor *t = NULL;
    struct shape s = w->constant->shape;
    s.dims[1] = 5;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    tensor_f32(t)[3] = 0.25f;
    char name[128];
    snprintf(name, sizeof name, "%s", w->name);
    cr_assert_eq(graph_set_constant(g, (int)(w - g->values), t, NULL), 0);
    cr_assert_eq(tensor_new(&t, DTYPE_I64, &s, NULL), 0);
    cr_assert_eq(graph_add_constant(g, "fresh", t, &at, NULL), 0);
    int64_t ints[] = {4, 5};
    cr_assert_eq(node_set_int(g, node, "transB", 0, NULL), 0);
    cr_assert_eq(node_set_ints(g, node, "more", ints, 2, NULL), 0);
    g->nodes[node].inputs[2] = at;

    struct graph *h = again(g);
    struct value *v = find(h, name);
    cr_assert(shape_equal(&v->constant->shape, &s));
    cr_assert_eq(tensor_f32(v->constant)[3], 0.25f);
    const struct node *n = &h->nodes[node];
    cr_assert_str_eq(n->name, g->nodes[node].name);
    cr_assert_eq(node_int(n, "transB", 1), 0);
    int64_t got[2];
    cr_assert_eq(node_ints(n, "more", got, 2), 2);
    cr_assert_eq(got[1], 5);
    cr_assert_str_eq(node_in(h, n, 2)->name, "fresh");
    cr_assert_eq(node_in(h, n, 2)->constant->dtype, DTYPE_I64);
    graph_free(g);
    graph_free(h);
}

Test(write, writes_the_new_value_of_a_constant_node)
{
    struct graph *g = read_data("models/mobilenetv2.onnx");
    int node = 0;
    while (strcmp(g->nodes[node].type, "Constant"))
        node++;
    int v = g->nodes[node].outputs[0];
    struct tensor *t = NULL;
    struct shape s = {.rank = 1, .dims = {2}};
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    tensor_f32(t)[1] = 7;
    cr_assert_eq(graph_set_constant(g, v, t, NULL), 0);
    struct graph *h = again(g);
    struct value *w = find(h, g->values[v].name);
    cr_assert(shape_equal(&w->constant->shape, &s));
    cr_assert_eq(tensor_f32(w->constant)[1], 7);
    cr_assert_str_eq(h->nodes[w->producer].type, "Constant");
    cr_assert_eq(h->n_nodes, g->n_nodes);
    graph_free(g);
    graph_free(h);
}

Test(write, leaves_out_what_was_swept)
{
    struct graph *g = read_data("models/lenet300.onnx");
    int node = g->n_nodes - 1, old = g->n_nodes, constants[2] = {0, 0};
    while (strcmp(g->nodes[node].type, "Relu"))
        node--;
    int from = g->nodes[node].outputs[0], to = g->nodes[node].inputs[0];
    cr_assert_eq(graph_replace_uses(g, from, to, NULL), 0);
    cr_assert_eq(graph_sweep(g, NULL), 0);
    struct graph *h = again(g);
    cr_assert_eq(h->n_nodes, old - 1);
    for (int i = 0; i < g->n_values; i++)
        constants[0] += g->values[i].constant != NULL;
    for (int i = 0; i < h->n_values; i++)
        constants[1] += h->values[i].constant != NULL;
    cr_assert_eq(constants[0], constants[1]);
    graph_free(g);
    graph_free(h);
}

/* The last node goes; what was before it takes the output's name. */
Test(write, keeps_the_names_of_outputs)
{
    struct graph *g = read_data("models/mlp.onnx");
    char name[128];
    int out = g->outputs[0], last = g->values[out].producer;
    snprintf(name, sizeof name, "%s", g->values[out].name);
    int before = g->nodes[last].inputs[0];
    cr_assert_eq(graph_replace_uses(g, out, before, NULL), 0);
    cr_assert_eq(graph_sweep(g, NULL), 0);
    struct graph *h = again(g);
    cr_assert_str_eq(h->values[h->outputs[0]].name, name);
    cr_assert_eq(h->n_nodes, g->n_nodes);
    graph_free(g);
    graph_free(h);
}

Test(write, writes_a_graph_that_came_from_no_file)
{
    struct graph *g = NULL;
    int x, y, n;
    cr_assert_eq(graph_new(&g, NULL), 0);
    g->ir_version = 7;
    g->opset = 13;
    cr_assert_eq(graph_add_value(g, "x", &x, NULL), 0);
    g->values[x].dtype = DTYPE_F32;
    g->values[x].declared = (struct shape){.rank = 2, .dims = {-1, 4}};
    cr_assert_eq(graph_add_input(g, x, NULL), 0);
    cr_assert_eq(graph_add_value(g, "y", &y, NULL), 0);
    g->values[y].dtype = DTYPE_F32;
    cr_assert_eq(graph_add_output(g, y, NULL), 0);
    cr_assert_eq(graph_add_node(g, "Relu", "", "r", 1, 1, 0, &n, NULL), 0);
    g->nodes[n].inputs[0] = x;
    g->nodes[n].outputs[0] = y;
    cr_assert_eq(graph_sort(g, NULL), 0);
    struct graph *h = again(g);
    cr_assert_eq(h->opset, 13);
    cr_assert_eq(h->ir_version, 7);
    struct value *v = find(h, "x");
    cr_assert(v->is_input && v->dtype == DTYPE_F32);
    cr_assert_eq(v->declared.dims[0], -1);
    cr_assert_eq(v->declared.dims[1], 4);
    cr_assert_str_eq(h->nodes[0].name, "r");
    graph_free(g);
    graph_free(h);
}

Test(write, writes_a_file_whole_or_not_at_all)
{
    struct graph *g = read_data("models/lenet300.onnx");
    char path[] = "/tmp/prune-write-XXXXXX", folder[64];
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    struct prune_error e = {0};
    cr_assert_eq(onnx_write(g, path, &e), 0, "%s", e.text);
    struct graph *h = NULL;
    cr_assert_eq(onnx_read(&h, path, NULL, &e), 0, "%s", e.text);
    remove(path);
    snprintf(folder, sizeof folder, "%s/none/m.onnx", path);
    cr_assert_eq(onnx_write(g, folder, &e), PRUNE_E_FAILED);
    graph_free(h);
    graph_free(g);
}

Test(write, survives_want_of_memory)
{
    struct graph *g = read_data("bad/if-subgraph.onnx");
    const char *props[] = {"k", "v"};
    g->props = props;
    g->n_props = 1;
    cr_assert_eq(node_set_int(g, 0, "more", 1, NULL), 0);
    int rc = -1;
    for (long i = 0; rc && i < 1000; i++) {
        unsigned char *bytes = NULL;
        size_t size = 0;
        mem_fail_after(i);
        rc = onnx_write_bytes(&bytes, &size, g, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 ? size > 0 : rc == PRUNE_E_MEMORY && !bytes);
        mem_free(bytes);
    }
    cr_assert_eq(rc, 0);
    graph_free(g);
}
