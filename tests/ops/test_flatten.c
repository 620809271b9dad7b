#include "net.h"

Test(flatten, folds_before_and_behind_an_axis)
{
    net_check(net_one("Flatten", 13, SHAPE(2, 1, 2)), SHAPE(2, 2),
              F(1, 2, 3, 4), F(1, 2, 3, 4));
    static const int64_t axes[] = {0, 2, -1, 3}, rows[] = {1, 2, 2, 4};
    for (int i = 0; i < 4; i++) {
        struct graph *g = net_one("Flatten", 13, SHAPE(2, 1, 2));
        net_set_int(g, "axis", axes[i]);
        net_done(g, g->nodes[0].outputs[0]);
        net_is(g, g->nodes[0].outputs[0], SHAPE(rows[i], 4 / rows[i]));
        graph_free(g);
    }
}

Test(flatten, gives_a_channel_a_run_of_columns)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int u = net_count(g, SHAPE(12, 2));
    y = net_node(g, "Flatten", 1, V(y));
    net_done(g, net_node(g, "Gemm", 1, V(y, u)));
    struct coupling *c = net_couple(g);
    for (int64_t j = 0; j < 12; j++)
        cr_assert_eq(net_tied(c, w, 0, 1, u, 0, j), j / 4 == 1);
    coupling_free(c);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(8, 2));
    graph_free(g);
}

Test(flatten, of_channels_last_gives_strided_columns)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int u = net_count(g, SHAPE(12, 2));
    y = net_node(g, "Transpose", 1, V(y));
    net_set_ints(g, "perm", I(0, 2, 3, 1));
    y = net_node(g, "Flatten", 1, V(y));
    net_done(g, net_node(g, "Gemm", 1, V(y, u)));
    struct coupling *c = net_couple(g);
    for (int64_t j = 0; j < 12; j++)
        cr_assert_eq(net_tied(c, w, 0, 1, u, 0, j), j % 3 == 1);
    coupling_free(c);
    net_cut(g, w, 0, I(0));
    graph_free(g);
}

Test(flatten, of_the_input_says_so)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 1, 3, 3)), w = net_count(g, SHAPE(9, 4));
    int y = net_node(g, "Flatten", 1, V(x));
    net_done(g, net_node(g, "Gemm", 1, V(y, w)));
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "input of the network"));
    coupling_free(c);
    graph_free(g);
}

Test(flatten, an_axis_that_is_not_there_is_refused)
{
    struct graph *g = net_one("Flatten", 13, SHAPE(2, 2));
    net_set_int(g, "axis", 3);
    net_bad(g, g->nodes[0].outputs[0], "axis 3");
}
