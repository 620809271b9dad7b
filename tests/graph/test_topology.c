#include "build.h"

static struct graph *new_graph(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    return g;
}

Test(topology, puts_producers_first_and_leaves_the_rest)
{
    struct graph *g = new_graph();
    add_input(g, "x", SHAPE(1));
    add_node(g, "C", NULL, "b a", "c");
    add_node(g, "A", NULL, "x", "a");
    add_node(g, "D", NULL, "x", "d");
    add_node(g, "B", NULL, "a", "b");
    cr_assert_eq(graph_sort(g, NULL), 0);
    char order[5] = "";
    for (int i = 0; i < 4; i++)
        order[i] = g->nodes[i].type[0];
    cr_assert_str_eq(order, "ABCD");
    cr_assert_eq(g->values[graph_find_value(g, "b")].producer, 1);
    cr_assert_str_eq(g->nodes[3].label, "D (output d)");
    graph_free(g);
}

Test(topology, follows_what_subgraphs_read)
{
    struct graph *g = new_graph();
    int loop = add_node(g, "Loop", NULL, "", "y");
    add_node(g, "A", NULL, "", "a");
    int a = graph_find_value(g, "a");
    g->nodes[loop].captured = &a;
    g->nodes[loop].n_captured = 1;
    cr_assert_eq(graph_sort(g, NULL), 0);
    cr_assert_str_eq(g->nodes[0].type, "A");
    cr_assert_eq(graph_n_uses(g, a), 1);
    struct prune_error e = {0};
    cr_assert_eq(graph_replace_uses(g, a, add_value(g, "z"), &e),
                 PRUNE_E_FAILED);
    cr_assert_not_null(strstr(e.text, "subgraph"));
    graph_free(g);
}

Test(topology, names_a_cycle)
{
    struct graph *g = new_graph();
    struct prune_error e = {0};
    add_node(g, "A", NULL, "c", "a");
    add_node(g, "B", NULL, "a", "b");
    add_node(g, "C", NULL, "b", "c");
    cr_assert_eq(graph_sort(g, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "depends on its own output"));
    graph_free(g);
}

Test(topology, names_a_value_made_twice)
{
    struct graph *g = new_graph();
    struct prune_error e = {0};
    add_node(g, "A", NULL, "", "y");
    add_node(g, "B", NULL, "", "y");
    cr_assert_eq(graph_sort(g, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "'y'"));
    graph_free(g);
}

Test(topology, sorts_a_long_chain_without_recursion)
{
    struct graph *g = new_graph();
    char from[16], to[16];
    add_input(g, "v0", SHAPE(1));
    int at, prev = 0;
    enum { N = 20000 };
    for (int i = N; i >= 1; i--) {
        snprintf(to, sizeof to, "v%d", i);
        cr_assert_eq(graph_add_value(g, to, &at, NULL), 0);
    }
    for (int i = N; i >= 1; i--) { /* v_i has index N - i + 1 */
        prev = i == 1 ? 0 : N - i + 2;
        snprintf(from, sizeof from, "n%d", i);
        cr_assert_eq(graph_add_node(g, "A", "", from, 1, 1, 0, &at, NULL), 0);
        g->nodes[at].inputs[0] = prev;
        g->nodes[at].outputs[0] = N - i + 1;
    }
    cr_assert_eq(graph_sort(g, NULL), 0);
    cr_assert_str_eq(g->nodes[0].name, "n1");
    cr_assert_str_eq(g->nodes[N - 1].name, "n20000");
    graph_free(g);
}

Test(topology, sees_constants_through_identity)
{
    struct graph *g = new_graph();
    int w = add_constant(g, "w", SHAPE(2));
    add_node(g, "Identity", NULL, "w", "v");
    add_node(g, "Identity", NULL, "v", "u");
    add_node(g, "Relu", NULL, "u", "t");
    cr_assert_eq(graph_sort(g, NULL), 0);
    int u = graph_find_value(g, "u");
    cr_assert_eq(value_constant_home(g, u), w);
    cr_assert_eq(value_constant(g, u), g->values[w].constant);
    cr_assert_null(value_constant(g, graph_find_value(g, "t")));
    cr_assert_null(value_constant(g, NO_VALUE));
    graph_free(g);
}

Test(topology, survives_want_of_memory)
{
    int rc = -1;
    for (long i = 0; rc && i < 30; i++) {
        struct graph *g = new_graph();
        add_node(g, "B", NULL, "a", "b");
        add_node(g, "A", NULL, "", "a");
        mem_fail_after(i);
        rc = graph_sort(g, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY);
        graph_free(g);
    }
    cr_assert_eq(rc, 0);
}
