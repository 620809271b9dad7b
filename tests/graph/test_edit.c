#include "build.h"

/* x -> A -> a -> B(w) -> y, with the constant w read by B alone and the
 * constant idle read by nobody. */
static struct graph *chain(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(1));
    add_constant(g, "w", SHAPE(1));
    add_constant(g, "idle", SHAPE(1));
    add_node(g, "A", NULL, "x", "a");
    add_node(g, "B", NULL, "a w", "y");
    add_output(g, "y");
    cr_assert_eq(graph_sort(g, NULL), 0);
    return g;
}

Test(edit, takes_a_node_out_and_keeps_the_outputs_name)
{
    struct graph *g = chain();
    int y = graph_find_value(g, "y"), a = graph_find_value(g, "a");
    cr_assert_eq(graph_replace_uses(g, y, a, NULL), 0);
    cr_assert_eq(graph_sweep(g, NULL), 0);
    cr_assert_eq(g->n_nodes, 1);
    cr_assert_eq(g->outputs[0], a);
    cr_assert_str_eq(g->values[a].name, "y");
    cr_assert(g->values[a].is_output && !g->values[y].is_output);
    cr_assert_null(g->values[graph_find_value(g, "w")].constant);
    cr_assert_not_null(g->values[graph_find_value(g, "idle")].constant);
    cr_assert_eq(g->values[a].producer, 0);
    cr_assert_eq(g->values[y].producer, -1);
    graph_free(g);
}

Test(edit, will_not_make_an_input_an_output)
{
    struct graph *g = chain();
    struct prune_error e = {0};
    int y = graph_find_value(g, "y"), x = graph_find_value(g, "x");
    cr_assert_eq(graph_replace_uses(g, y, x, &e), PRUNE_E_FAILED);
    cr_assert_not_null(strstr(e.text, "'y'"));
    int w = graph_find_value(g, "w");
    cr_assert_eq(graph_replace_uses(g, y, w, NULL), PRUNE_E_FAILED);
    cr_assert_str_eq(g->values[y].name, "y");
    graph_free(g);
}

Test(edit, moves_inner_uses)
{
    struct graph *g = chain();
    int a = graph_find_value(g, "a"), x = graph_find_value(g, "x");
    cr_assert_eq(graph_replace_uses(g, a, x, NULL), 0);
    cr_assert_eq(graph_n_uses(g, a), 0);
    cr_assert_eq(graph_n_uses(g, x), 2);
    cr_assert(g->nodes[1].changed && !g->nodes[0].changed);
    cr_assert_eq(graph_sweep(g, NULL), 0);
    cr_assert_eq(g->n_nodes, 1);
    cr_assert_str_eq(g->nodes[0].type, "B");
    cr_assert_eq(g->values[graph_find_value(g, "y")].producer, 0);
    graph_free(g);
}

Test(edit, leaves_a_clone_as_it_was)
{
    struct graph *g = chain(), *h = NULL;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    int a = graph_find_value(h, "a"), x = graph_find_value(h, "x");
    cr_assert_eq(graph_replace_uses(h, a, x, NULL), 0);
    cr_assert_eq(graph_sweep(h, NULL), 0);
    cr_assert_eq(g->n_nodes, 2);
    cr_assert_eq(g->nodes[1].inputs[0], a);
    graph_free(h);
    graph_free(g);
}
