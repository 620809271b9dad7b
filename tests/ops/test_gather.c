#include "net.h"

Test(gather, picks_from_sizes)
{
    struct graph *g = net_new(13);
    int y = net_node(g, "Gather", 1, V(net_ints(g, I(7, 8, 9)),
                                       net_ints(g, I(2, -3))));
    net_done(g, y);
    net_knows(g, y, I(9, 7));
    graph_free(g);
    g = net_new(13);
    y = net_node(g, "Gather", 1, V(net_ints(g, I(7, 8)), net_ints(g, I(2))));
    net_bad(g, y, "index 2");
}

Test(gather, even_places_are_a_slice)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 3));
    net_node(g, "Gather", 1, V(x, net_ints(g, I(2, 0))));
    net_set_int(g, "axis", 1);
    net_check(g, SHAPE(2, 2), F(1, 2, 3, 4, 5, 6), F(3, 1, 6, 4));
    g = net_new(13);
    x = net_input(g, SHAPE(2, 3));
    int at = net_constant(g, DTYPE_I64, SCALAR, &(int64_t){-1}, 1);
    net_node(g, "Gather", 1, V(x, at));
    net_check(g, SHAPE(3), F(1, 2, 3, 4, 5, 6), F(4, 5, 6));
}

Test(gather, uneven_places_cannot_run)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(4));
    net_done(g, net_node(g, "Gather", 1, V(x, net_ints(g, I(0, 1, 3)))));
    net_refused(g, "no even order");
    graph_free(g);
}

Test(gather, embedding_ties_its_columns)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 5)), table = net_count(g, SHAPE(10, 4));
    g->values[x].dtype = DTYPE_I64;
    int u = net_count(g, SHAPE(4, 3));
    int y = net_node(g, "Gather", 1, V(table, x));
    net_done(g, net_node(g, "MatMul", 1, V(y, u)));
    net_is(g, y, SHAPE(1, 5, 4));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, table, 1, 2, u, 0, 2), 1);
    cr_assert_str_eq(net_frozen(c, table, 1), "");
    cr_assert_str_eq(net_frozen(c, table, 0), "plain");
    cr_assert_eq(net_cost(g, 0).weights, 1u);
    coupling_free(c);
    graph_free(g);
}

Test(gather, single_channels_are_frozen)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Gather", 1, V(y, net_ints(g, I(0, 1))));
    net_set_int(g, "axis", 1);
    net_end(g, y, 2, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "single channels"));
    coupling_free(c);
    graph_free(g);
}
