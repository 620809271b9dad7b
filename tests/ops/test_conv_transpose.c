#include "net.h"

static struct graph *deconv(struct shape x, struct shape w)
{
    struct graph *g = net_new(13);
    int in = net_input(g, x);
    net_node(g, "ConvTranspose", 1, V(in, net_count(g, w)));
    return g;
}

Test(conv_transpose, infers_its_output)
{
    struct graph *g = deconv(SHAPE(1, 2, 3, 3), SHAPE(2, 4, 3, 2));
    int y = g->nodes[0].outputs[0];
    net_set_ints(g, "strides", I(2, 1));
    net_set_ints(g, "pads", I(1, 0, 1, 0));
    net_set_ints(g, "output_padding", I(1, 0));
    net_done(g, y);
    net_is(g, y, SHAPE(1, 4, 6, 4));
    cr_assert_eq(net_cost(g, 0).macs, 18 * 4 * 6);
    graph_free(g);
    g = deconv(SHAPE(1, 2, 3, 3), SHAPE(2, 4, 2, 2));
    y = g->nodes[0].outputs[0];
    net_set_ints(g, "output_shape", I(7, 8));
    net_done(g, y);
    net_is(g, y, SHAPE(1, 4, 7, 8));
    graph_free(g);
}

Test(conv_transpose, ties_both_ends_of_its_weight)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int d = net_count(g, SHAPE(3, 5, 2, 2)), b = net_count(g, SHAPE(5));
    net_end(g, net_node(g, "ConvTranspose", 1, V(y, d, b)), 5, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 2, d, 0, 2), 1);
    cr_assert_eq(net_tied(c, d, 1, 4, b, 0, 4), 1);
    cr_assert_eq(net_tied(c, d, 1, 4, u, 1, 4), 1);
    coupling_free(c);
    graph_free(g);
}

Test(conv_transpose, in_groups_is_left_alone)
{
    int w, u, y;
    struct graph *g = net_begin(13, 4, &w, &y);
    y = net_node(g, "ConvTranspose", 1, V(y, net_count(g, SHAPE(4, 3, 1, 1))));
    net_set_int(g, "group", 2);
    net_end(g, y, 6, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "in groups"));
    cr_assert(strstr(net_frozen(c, u, 1), "in groups"));
    coupling_free(c);
    graph_free(g);
}

Test(conv_transpose, what_cannot_be_is_refused)
{
    struct graph *g = deconv(SHAPE(1, 3, 3, 3), SHAPE(2, 4, 2, 2));
    net_bad(g, g->nodes[0].outputs[0], "reads 2 channels");
    g = deconv(SHAPE(1, 2, 1, 1), SHAPE(2, 4, 1, 1));
    net_set_ints(g, "pads", I(1, 1, 1, 1));
    net_bad(g, g->nodes[0].outputs[0], "no output");
}
