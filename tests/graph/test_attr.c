#include "build.h"

Test(attr, is_read_with_a_default_and_by_type)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    int n = add_node(g, "Conv", NULL, "x", "y");
    int64_t ints[] = {3, 4, 5}, got[2] = {0, 0};
    cr_assert_eq(node_int(&g->nodes[n], "group", 1), 1);
    cr_assert_eq(node_set_int(g, n, "group", 8, NULL), 0);
    cr_assert_eq(node_set_ints(g, n, "pads", ints, 3, NULL), 0);
    cr_assert_eq(node_int(&g->nodes[n], "group", 1), 8);
    cr_assert_eq(node_float(&g->nodes[n], "group", 0.5f), 0.5f);
    cr_assert_str_eq(node_text(&g->nodes[n], "group", "none"), "none");
    cr_assert_eq(node_ints(&g->nodes[n], "group", got, 2), 0);
    cr_assert_eq(node_ints(&g->nodes[n], "pads", got, 2), 3);
    cr_assert_eq(got[1], 4);
    cr_assert_eq(node_set_int(g, n, "group", 4, NULL), 0);
    cr_assert_eq(g->nodes[n].n_attrs, 2);
    cr_assert_eq(node_int(&g->nodes[n], "group", 1), 4);
    cr_assert(g->nodes[n].changed && g->nodes[n].attrs[0].changed);
    graph_free(g);
}

Test(attr, holds_lists_of_texts)
{
    struct attr a = {.name = "activations", .type = ATTR_STRINGS,
                     .s = "Relu\0\0Tanh", .n = 11};
    struct node n = {.n_attrs = 1, .attrs = &a};
    cr_assert_str_eq(node_text_at(&n, "activations", 0), "Relu");
    cr_assert_str_eq(node_text_at(&n, "activations", 1), "");
    cr_assert_str_eq(node_text_at(&n, "activations", 2), "Tanh");
    cr_assert_null(node_text_at(&n, "activations", 3));
    cr_assert_null(node_text_at(&n, "direction", 0));
}
