#include "files.h"
#include "graph/cut.h"
#include "ops/table.h"

/* Whole networks: coupled, cut at random, written and read again. */

static struct graph *inferred(struct graph *g)
{
    struct prune_error e = {0};
    cr_assert_eq(graph_infer(g, 2, NULL, 0, &e), 0, "%s", e.text);
    return g;
}

static struct graph *read_inferred(const char *path)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read(&g, path, ops_find, &e), 0, "%s", e.text);
    return inferred(g);
}

/* About half of the units of every free group. */
static unsigned char **choose(const struct coupling *c, unsigned seed)
{
    int n = coupling_n_groups(c);
    unsigned char **removed = calloc((size_t)n, sizeof *removed);
    for (int i = 0; i < n; i++) {
        const struct group *k = coupling_group(c, i);
        removed[i] = calloc((size_t)k->n_units, 1);
        for (int u = 1; u < k->n_units && k->refusal < 0; u++) {
            seed = seed * 1664525u + 1013904223u;
            removed[i][u] = (unsigned char)(seed >> 31);
        }
    }
    return removed;
}

static void compare(const struct graph *g, const struct graph *h)
{
    cr_assert_eq(g->n_nodes, h->n_nodes);
    for (int i = 0; i < g->n_nodes; i++) {
        const struct value *a = node_out(g, &g->nodes[i], 0);
        const struct value *b = node_out(h, &h->nodes[i], 0);
        cr_assert_str_eq(a->name, b->name);
        cr_assert(shape_equal(&a->shape, &b->shape), "%s", a->name);
    }
}

static void cut_one(const char *path)
{
    struct graph *g = read_inferred(path), *h = NULL, *back = NULL;
    struct coupling *c = NULL;
    struct prune_error e = {0};
    cr_assert_eq(coupling_new(&c, g, &e), 0, "%s", e.text);
    cr_assert_eq(coupling_run(c, &e), 0, "%s: %s", path, e.text);
    cr_assert_geq(coupling_n_refusals(c), 1);
    for (unsigned seed = 1; seed <= 3; seed++) {
        unsigned char **removed = choose(c, seed);
        unsigned char *bytes = NULL;
        size_t size = 0, before;
        struct file_map m = {0};
        cr_assert_eq(graph_clone(&h, g, NULL), 0);
        cr_assert_eq(cut_apply(h, c, removed, &e), 0, "%s: %s", path, e.text);
        cr_assert_eq(onnx_write_bytes(&bytes, &size, h, &e), 0, "%s", e.text);
        cr_assert_eq(onnx_read_bytes(&back, bytes, size, "cut", ops_find, &e),
                     0, "%s", e.text);
        compare(h, inferred(back));
        cr_assert_eq(file_map(&m, path, 0, NULL), 0);
        before = m.size;
        file_unmap(&m);
        cr_assert_lt(size, before, "%s", path);
        for (int i = 0; i < coupling_n_groups(c); i++)
            free(removed[i]);
        free(removed);
        mem_free(bytes);
        graph_free(back);
        graph_free(h);
    }
    coupling_free(c);
    graph_free(g);
}

Test(networks, stay_whole_when_cut_at_random, .timeout = 300)
{
    cr_assert_geq(each_model("models", cut_one), 20);
}

/* Every filter and neuron of these may go, but for the last layer's. */
static void only_the_end_is_frozen(const char *path)
{
    if (strstr(path, "grouped")) /* its shuffle is understood later */
        return;
    struct graph *g = read_inferred(path);
    struct coupling *c = NULL;
    cr_assert_eq(coupling_new(&c, g, NULL), 0);
    cr_assert_eq(coupling_run(c, NULL), 0);
    cr_expect_eq(coupling_n_refusals(c), 1, "%s", path);
    cr_expect_str_eq(coupling_refusal(c, 0)->reason, "output of the network");
    for (int i = 0; i < coupling_n_groups(c); i++) {
        const struct group *k = coupling_group(c, i);
        unsigned made = 0, read = 0;
        for (int m = 0; m < k->n_members; m++) {
            made |= k->members[m].role & ROLE_OUT;
            read |= k->members[m].role & ROLE_IN;
        }
        if (k->refusal < 0)
            cr_expect(made && read, "%s: group %d", path, i);
    }
    coupling_free(c);
    graph_free(g);
}

Test(networks, are_frozen_at_their_ends_only)
{
    cr_assert_geq(each_model("models", only_the_end_is_frozen), 20);
}

static void infer_or_refuse(const char *path)
{
    struct graph *g = NULL;
    struct prune_error e = {0};
    int rc = onnx_read(&g, path, ops_find, &e);
    if (!rc)
        rc = graph_infer(g, 1, NULL, 0, &e);
    cr_expect(rc == 0 || rc == PRUNE_E_INPUT, "%s: %d %s", path, rc, e.text);
    if (!rc) {
        struct coupling *c = NULL;
        cr_expect_eq(coupling_new(&c, g, &e), 0);
        cr_expect_eq(coupling_run(c, &e), 0, "%s: %s", path, e.text);
        coupling_free(c);
    }
    graph_free(g);
}

Test(networks, that_lie_are_refused_or_understood)
{
    cr_assert_geq(each_model("bad", infer_or_refuse), 30);
}

/* Mutants that read well go through all that is done before a run. */
Test(networks, survive_mutations, .timeout = 300)
{
    const char *files[] = {"models/mobilenetv3-11.onnx",
                           "models/grouped.onnx", "models/densenet.onnx"};
    unsigned x = 3;
    for (int f = 0; f < 3; f++) {
        struct file_map m = data_file(files[f]);
        unsigned char *copy = malloc(m.size);
        for (int round = 0; round < 300; round++) {
            memcpy(copy, m.data, m.size);
            for (int k = 0; k < 3; k++) {
                x = x * 1664525u + 1013904223u;
                /* The structure stands in the first part of these files. */
                copy[(x >> 8) % (m.size < 20000 ? m.size : 20000)] =
                    (unsigned char)(x >> 24);
            }
            struct graph *g = NULL;
            struct coupling *c = NULL;
            int rc = onnx_read_bytes(&g, copy, m.size, "mutant", ops_find,
                                     NULL);
            if (!rc)
                rc = graph_infer(g, 1, NULL, 0, NULL);
            if (!rc)
                rc = coupling_new(&c, g, NULL);
            if (!rc)
                rc = coupling_run(c, NULL);
            cr_expect(rc == 0 || rc == PRUNE_E_INPUT, "%d", rc);
            coupling_free(c);
            graph_free(g);
        }
        free(copy);
        file_unmap(&m);
    }
}
