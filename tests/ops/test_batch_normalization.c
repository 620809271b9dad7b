#include "net.h"

static int norm(struct graph *g, int x, int var)
{
    int scale = net_floats(g, SHAPE(2), F(2, 3));
    int bias = net_floats(g, SHAPE(2), F(1, -1));
    int mean = net_floats(g, SHAPE(2), F(5, 10));
    return net_node(g, "BatchNormalization", 1, V(x, scale, bias, mean, var));
}

Test(batch_normalization, computes_with_its_statistics)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2, 1, 2));
    norm(g, x, net_floats(g, SHAPE(2), F(3, 8)));
    net_set_float(g, "epsilon", 1);
    net_check(g, SHAPE(1, 2, 1, 2), F(5, 7, 10, 4), F(1, 3, -1, -7));
}

Test(batch_normalization, parameters_ride_along)
{
    int w, u, y;
    struct graph *g = net_begin(15, 2, &w, &y);
    int var = net_floats(g, SHAPE(2), F(3, 8));
    y = norm(g, y, var);
    net_set_int(g, "training_mode", 0);
    net_end(g, y, 2, &u);
    struct coupling *c = net_couple(g);
    for (int i = 1; i < 5; i++)
        cr_assert_eq(net_tied(c, w, 0, 1, g->nodes[1].inputs[i], 0, 1), 1);
    coupling_free(c);
    cr_assert_eq(net_cost(g, 1).learned, 0x1eu);
    cr_assert_eq(net_cost(g, 1).weights, 0u);
    net_cut(g, w, 0, I(0));
    net_is(g, var, SHAPE(1));
    graph_free(g);
}

Test(batch_normalization, training_can_be_run)
{
    struct graph *g = net_new(15);
    int x = net_input(g, SHAPE(1, 2, 1, 2));
    int y = norm(g, x, net_count(g, SHAPE(2)));
    net_set_int(g, "training_mode", 1);
    net_done(g, y);
    cr_assert_eq(engine_can_run(g, NULL), 0);
    graph_free(g);
}

Test(batch_normalization, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2, 1, 2));
    net_bad(g, norm(g, x, net_count(g, SHAPE(3))), "input 4 is 3");
}

Test(batch_normalization, outputs_of_older_versions_are_cut_too)
{
    int w, u, y;
    struct graph *g = net_begin(9, 2, &w, &y);
    int k = net_floats(g, SHAPE(2), F(3, 8));
    y = net_node(g, "BatchNormalization", 5, V(y, k, k, k, k));
    net_end(g, y, 2, &u);
    net_is(g, y + 4, SHAPE(2));
    net_cut(g, w, 0, I(1));
    net_is(g, y + 4, SHAPE(1));
    graph_free(g);
}
