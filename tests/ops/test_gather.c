#include "host.h"
#include "net.h"

Test(gather, picks_from_sizes)
{
    struct graph *g = net_new(13);
    int y = net_node(g, "Gather", 1, V(net_ints(g, I(7, 8, 9)),
                                       net_ints(g, I(2, -3))));
    net_done(g, y);
    net_knows(g, y, I(9, 7));
    graph_free(g);
}

Test(gather, takes_rows_of_any_type)
{
    struct host_test t = host_begin("Gather", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_I16, "2x3", (int16_t[]){1, 2, 3, 4, 5, 6});
    host_give(&t, 1, DTYPE_I32, "1x2", (int32_t[]){-1, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "1x2x3",
                    (int16_t[]){4, 5, 6, 1, 2, 3});
    host_int(&t, "axis", 1);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "2x1x2", (int16_t[]){3, 1, 6, 4});
    host_i64(&t, 1, "0", (int64_t[]){0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "2x0", "");
    host_i64(&t, 1, "1", (int64_t[]){3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "1", (int64_t[]){INT64_MIN});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_f32(&t, 1, "1", (float[]){0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
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

Test(gather, takes_places_in_any_order)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(4));
    net_node(g, "Gather", 1, V(x, net_ints(g, I(0, 1, 3, 0))));
    net_check(g, SHAPE(4), F(1, 2, 3, 4), F(1, 2, 4, 1));
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
