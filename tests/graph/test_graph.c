#include "build.h"

static struct graph *new_graph(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    return g;
}

static struct graph *small_graph(void)
{
    struct graph *g = new_graph();
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w", SHAPE(4));
    add_node(g, "Add", NULL, "x w", "y");
    add_output(g, "y");
    cr_assert_eq(graph_sort(g, NULL), 0);
    return g;
}

Test(graph, clone_shares_tensors_and_nothing_else)
{
    struct graph *g = small_graph(), *h = NULL;
    int64_t pads[] = {1, 2};
    cr_assert_eq(node_set_ints(g, 0, "pads", pads, 2, NULL), 0);
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    cr_assert_eq(g->values[1].constant, h->values[1].constant);
    cr_assert_str_eq(h->nodes[0].label, "Add (output y)");
    cr_assert_eq(node_set_int(h, 0, "pads", 7, NULL), 0);
    int64_t got[2] = {0, 0};
    cr_assert_eq(node_ints(&g->nodes[0], "pads", got, 2), 2);
    cr_assert_eq(got[1], 2);
    struct tensor *t = NULL;
    struct shape s = SHAPE(1);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    cr_assert_eq(graph_set_constant(h, 1, t, NULL), 0);
    graph_free(g);
    cr_assert_eq(h->values[1].constant->shape.dims[0], 1);
    cr_assert_eq(node_int(&h->nodes[0], "pads", 0), 7);
    graph_free(h);
}

Test(graph, gives_new_constants_fresh_names)
{
    struct graph *g = small_graph();
    struct shape s = SHAPE(1);
    int at = -1;
    for (int i = 0; i < 2; i++) {
        struct tensor *t = NULL;
        cr_assert_eq(tensor_new(&t, DTYPE_I64, &s, NULL), 0);
        cr_assert_eq(graph_add_constant(g, "w", t, &at, NULL), 0);
    }
    cr_assert_str_eq(g->values[at].name, "w_2");
    cr_assert_eq(g->values[at].dtype, DTYPE_I64);
    graph_free(g);
}

Test(graph, survives_want_of_memory_when_cloned)
{
    struct graph *g = small_graph();
    int rc = -1;
    for (long i = 0; rc && i < 100; i++) {
        struct graph *h = NULL;
        mem_fail_after(i);
        rc = graph_clone(&h, g, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 ? h != NULL : h == NULL && rc == PRUNE_E_MEMORY);
        graph_free(h);
    }
    cr_assert_eq(rc, 0);
    graph_free(g);
}
