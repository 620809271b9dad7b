#include "net.h"

static int slice(struct graph *g, int x, int64_t from, int64_t to,
                 int64_t axis, int64_t step)
{
    return net_node(g, "Slice", 1,
                    V(x, net_ints(g, I(from)), net_ints(g, I(to)),
                      net_ints(g, I(axis)), net_ints(g, I(step))));
}

static void gives(int64_t from, int64_t to, int64_t step, const float *want,
                  size_t n)
{
    struct graph *g = net_new(13);
    slice(g, net_input(g, SHAPE(5)), from, to, 0, step);
    net_check(g, SHAPE((int64_t)n), F(1, 2, 3, 4, 5), want, n);
}

Test(slice, clamps_as_told)
{
    gives(1, 3, 1, F(2, 3));
    gives(-2, INT64_MAX, 1, F(4, 5));
    gives(-100, 2, 1, F(1, 2));
    gives(0, 5, 2, F(1, 3, 5));
    gives(-1, INT64_MIN, -1, F(5, 4, 3, 2, 1));
    gives(3, 0, -2, F(4, 2));
    gives(100, -100, -3, F(5, 2));
}

Test(slice, takes_attributes_before_opset_10)
{
    struct graph *g = net_one("Slice", 9, SHAPE(2, 3));
    net_set_ints(g, "starts", I(1, 0));
    net_set_ints(g, "ends", I(2, -1));
    net_check(g, SHAPE(1, 2), F(1, 2, 3, 4, 5, 6), F(4, 5));
}

Test(slice, follows_small_integers)
{
    struct graph *g = net_new(13);
    int y = slice(g, net_ints(g, I(7, 8, 9)), 2, -4, 0, -1);
    net_done(g, y);
    net_knows(g, y, I(9, 8, 7));
    graph_free(g);
}

Test(slice, bounds_are_mended)
{
    int w, y, u;
    struct graph *g = net_begin(13, 5, &w, &y);
    y = slice(g, y, 1, 4, 1, 1);
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 3, u, 1, 2), 1);
    coupling_free(c);
    net_cut(g, w, 0, I(0, 2));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    net_knows(g, g->nodes[1].inputs[1], I(0));
    net_knows(g, g->nodes[1].inputs[2], I(2));
    graph_free(g);
}

Test(slice, at_intervals_freezes_channels)
{
    int w, y, u;
    struct graph *g = net_begin(13, 4, &w, &y);
    net_end(g, slice(g, y, 0, 4, 1, 2), 2, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "at intervals"));
    coupling_free(c);
    graph_free(g);
}

Test(slice, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    net_bad(g, slice(g, net_input(g, SHAPE(5)), 0, 1, 0, 0), "step of 0");
    g = net_new(13);
    net_bad(g, slice(g, net_input(g, SHAPE(5)), 0, 1, 1, 1), "axis 1");
    g = net_new(13);
    int x = net_input(g, SHAPE(5));
    net_bad(g, net_node(g, "Slice", 1, V(x, net_ints(g, I(0)))), "do not fit");
}

/* The file declares what comes out; where it is taken from, only the data
 * say. Nothing of it can be cut, and the rest of the network still can. */
Test(slice, declared_shapes_of_computed_places_are_frozen)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int at = net_input(g, SHAPE(1));
    g->values[at].dtype = DTYPE_I64;
    int z = net_node(g, "Slice", 1, V(y, at, at, net_ints(g, I(1))));
    g->values[z].declared = SHAPE(1, 2, 2, 2);
    int v = net_count(g, SHAPE(4, 2, 1, 1));
    z = net_node(g, "Conv", 1, V(z, v));
    net_end(g, z, 4, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "sizes depend on the data"));
    cr_assert_str_eq(net_frozen(c, v, 0), "");
    coupling_free(c);
    graph_free(g);
}
