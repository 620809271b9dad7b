#include "net.h"

Test(gemm, computes_scaled_with_any_bias)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 2));
    int b = net_floats(g, SHAPE(3, 2), F(1, 0, 0, 1, 1, 1));
    net_node(g, "Gemm", 1, V(x, b, net_floats(g, SHAPE(3), F(1, 2, 3))));
    net_set_int(g, "transB", 1);
    net_set_float(g, "alpha", 2);
    net_set_float(g, "beta", 10);
    net_check(g, SHAPE(2, 3), F(1, 2, 3, 4), F(12, 24, 36, 16, 28, 44));
    g = net_new(13);
    x = net_input(g, SHAPE(2, 1));
    b = net_floats(g, SHAPE(2, 2), F(1, 2, 3, 4));
    net_node(g, "Gemm", 1, V(x, b, net_floats(g, SHAPE(1, 1), F(100))));
    net_set_int(g, "transA", 1);
    net_check(g, SHAPE(1, 2), F(1, 10), F(131, 142));
}

Test(gemm, neurons_go_with_their_bias_and_readers)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 2));
    int w = net_count(g, SHAPE(2, 4)), b = net_count(g, SHAPE(4));
    int u = net_count(g, SHAPE(3, 4)), k = net_count(g, SHAPE(1, 3));
    int y = net_node(g, "Gemm", 1, V(x, w, b));
    y = net_node(g, "Relu", 1, V(y));
    y = net_node(g, "Gemm", 1, V(y, u, k));
    net_set_int(g, "transB", 1);
    net_done(g, y);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 1, 2, b, 0, 2), 1);
    cr_assert_eq(net_tied(c, w, 1, 2, u, 1, 2), 1);
    cr_assert_eq(net_tied(c, u, 0, 2, k, 1, 2), 1);
    cr_assert(strstr(net_frozen(c, u, 0), "output of the network"));
    cr_assert(strstr(net_frozen(c, w, 0), "input of the network"));
    coupling_free(c);
    net_cut(g, w, 1, I(0, 3));
    net_is(g, u, SHAPE(3, 2));
    graph_free(g);
}

Test(gemm, counts_its_cost)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 7));
    net_done(g, net_node(g, "Gemm", 1, V(x, net_count(g, SHAPE(7, 4)))));
    cr_assert_eq(net_cost(g, 0).macs, 28);
    cr_assert_eq(net_cost(g, 0).weights, 2u);
    graph_free(g);
}

Test(gemm, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 3));
    net_bad(g, net_node(g, "Gemm", 1, V(x, net_count(g, SHAPE(2, 3)))),
            "cannot be multiplied");
    g = net_new(13);
    x = net_input(g, SHAPE(2, 3));
    net_bad(g, net_node(g, "Gemm", 1, V(x, net_count(g, SHAPE(3, 3)),
                                        net_count(g, SHAPE(2)))), "bias");
}
