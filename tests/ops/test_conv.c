#include "net.h"

/* 1x1x3x3 counting from 1. */
#define NINE F(1, 2, 3, 4, 5, 6, 7, 8, 9)

static struct graph *conv(struct shape x, struct shape w)
{
    struct graph *g = net_new(13);
    int in = net_input(g, x);
    net_node(g, "Conv", 1, V(in, net_count(g, w)));
    return g;
}

Test(conv, computes_with_strides_pads_and_bias)
{
    net_check(conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 2, 2)), SHAPE(1, 1, 2, 2),
              NINE, F(37, 47, 67, 77));
    struct graph *g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 2, 2));
    net_set_ints(g, "strides", I(2, 2));
    net_set_ints(g, "pads", I(1, 0, 0, 1));
    net_check(g, SHAPE(1, 1, 2, 2), NINE, F(11, 9, 67, 33));
    g = net_new(13);
    int x = net_input(g, SHAPE(1, 1, 2, 1));
    int w = net_floats(g, SHAPE(2, 1, 1, 1), F(1, -1));
    net_node(g, "Conv", 1, V(x, w, net_floats(g, SHAPE(2), F(5, 6))));
    net_check(g, SHAPE(1, 2, 2, 1), F(1, 2), F(6, 7, 5, 4));
}

Test(conv, pads_by_itself)
{
    struct graph *g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 2, 2));
    net_set_text(g, "auto_pad", "SAME_UPPER");
    net_check(g, SHAPE(1, 1, 3, 3), NINE,
              F(37, 47, 21, 67, 77, 33, 23, 26, 9));
    g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 2, 2));
    net_set_text(g, "auto_pad", "SAME_LOWER");
    net_check(g, SHAPE(1, 1, 3, 3), NINE,
              F(4, 11, 18, 18, 37, 47, 36, 67, 77));
    g = conv(SHAPE(1, 1, 4, 4), SHAPE(1, 1, 3, 3));
    net_set_text(g, "auto_pad", "VALID");
    net_set_ints(g, "strides", I(2, 2));
    net_done(g, g->nodes[0].outputs[0]);
    net_is(g, g->nodes[0].outputs[0], SHAPE(1, 1, 1, 1));
    graph_free(g);
}

Test(conv, dilates_and_works_in_one_axis)
{
    struct graph *g = conv(SHAPE(1, 1, 5), SHAPE(1, 1, 2));
    net_set_ints(g, "dilations", I(3));
    net_check(g, SHAPE(1, 1, 2), F(1, 2, 3, 4, 5), F(9, 12));
}

Test(conv, what_cannot_be_is_refused)
{
    struct graph *g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 4, 4));
    net_bad(g, g->nodes[0].outputs[0], "window of 4");
    g = conv(SHAPE(1, 3, 3, 3), SHAPE(1, 2, 1, 1));
    net_bad(g, g->nodes[0].outputs[0], "reads 2 channels");
    g = conv(SHAPE(1, 3, 3, 3), SHAPE(1, 3, 1));
    net_bad(g, g->nodes[0].outputs[0], "axes");
    g = conv(SHAPE(1, 3, 3, 3), SHAPE(4, 1, 1, 1));
    net_set_int(g, "group", 2);
    net_bad(g, g->nodes[0].outputs[0], "groups");
    g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 1, 1));
    net_set_ints(g, "strides", I(0, 1));
    net_bad(g, g->nodes[0].outputs[0], "strides");
    g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 1, 1));
    net_set_ints(g, "pads", I(-1, 0, 0, 0));
    net_bad(g, g->nodes[0].outputs[0], "pads");
    g = conv(SHAPE(1, 1, 3, 3), SHAPE(1, 1, 1, 1));
    net_set_text(g, "auto_pad", "MAYBE");
    net_bad(g, g->nodes[0].outputs[0], "MAYBE");
}

Test(conv, counts_its_cost)
{
    struct graph *g = conv(SHAPE(-1, 4, 3, 3), SHAPE(6, 2, 2, 2));
    net_set_int(g, "group", 2);
    net_done(g, g->nodes[0].outputs[0]);
    cr_assert_eq(net_cost(g, 0).macs, 6 * 4 * 2 * 4);
    cr_assert_eq(net_cost(g, 0).weights, 2u);
    cr_assert_eq(net_cost(g, 0).learned, 6u);
    graph_free(g);
}

Test(conv, filters_go_with_their_bias_and_readers)
{
    int w, u, y;
    struct graph *g = net_begin(13, 4, &w, &y);
    int v = net_count(g, SHAPE(3, 4, 1, 1)), b = net_count(g, SHAPE(3));
    y = net_node(g, "Conv", 1, V(y, v, b));
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 3, v, 1, 3), 1);
    cr_assert_eq(net_tied(c, v, 0, 2, b, 0, 2), 1);
    cr_assert_eq(net_tied(c, v, 0, 2, u, 1, 2), 1);
    cr_assert_eq(net_tied(c, w, 0, 0, v, 0, 0), 0);
    cr_assert(strstr(net_frozen(c, u, 0), "output of the network"));
    cr_assert(strstr(net_frozen(c, w, 1), "input of the network"));
    coupling_free(c);
    net_cut(g, v, 0, I(0, 2));
    net_cut(g, w, 0, I(1));
    net_is(g, v, SHAPE(1, 3, 1, 1));
    net_is(g, b, SHAPE(1));
    graph_free(g);
}

Test(conv, depthwise_loses_groups)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int d = net_count(g, SHAPE(6, 1, 1, 1));
    y = net_node(g, "Conv", 1, V(y, d));
    net_set_int(g, "group", 3);
    net_end(g, y, 6, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, d, 0, 2), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 1, 3), 1);
    coupling_free(c);
    net_cut(g, w, 0, I(1));
    cr_assert_eq(node_int(&g->nodes[1], "group", 1), 2);
    net_is(g, d, SHAPE(4, 1, 1, 1));
    net_cut(g, w, 0, I(0)); /* one group is left: still one per channel */
    cr_assert_eq(node_int(&g->nodes[1], "group", 1), 1);
    graph_free(g);
}

Test(conv, groups_lose_equally_many)
{
    int w, u, y;
    struct graph *g = net_begin(13, 4, &w, &y);
    int d = net_count(g, SHAPE(6, 2, 1, 1));
    y = net_node(g, "Conv", 1, V(y, d));
    net_set_int(g, "group", 2);
    net_end(g, y, 6, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, w, 0, 3), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, d, 1, 1), 1);
    cr_assert_eq(net_tied(c, d, 0, 2, d, 0, 5), 1);
    cr_assert_eq(net_tied(c, d, 0, 2, d, 0, 3), 0);
    coupling_free(c);
    net_cut(g, d, 0, I(1));
    net_cut(g, w, 0, I(2));
    net_is(g, d, SHAPE(4, 1, 1, 1));
    cr_assert_eq(node_int(&g->nodes[1], "group", 1), 2);
    graph_free(g);
}
