#include "host.h"
#include "net.h"

static int reshape(struct graph *g, int x, const int64_t *to, size_t n)
{
    return net_node(g, "Reshape", 1, V(x, net_ints(g, to, n)));
}

static struct graph *one(struct shape shape, const int64_t *to, size_t n)
{
    struct graph *g = net_new(14);
    reshape(g, net_input(g, shape), to, n);
    return g;
}

Test(reshape, copies_and_fills_in_sizes)
{
    net_check(one(SHAPE(2, 1, 3), I(0, -1)), SHAPE(2, 3),
              F(1, 2, 3, 4, 5, 6), F(1, 2, 3, 4, 5, 6));
    net_check(one(SHAPE(2, 3), I(3, 2, 1)), SHAPE(3, 2, 1),
              F(1, 2, 3, 4, 5, 6), F(1, 2, 3, 4, 5, 6));
    struct graph *g = one(SHAPE(0, 3), I(3, 0));
    net_set_int(g, "allowzero", 1);
    net_done(g, g->nodes[0].outputs[0]);
    net_is(g, g->nodes[0].outputs[0], SHAPE(3, 0));
    graph_free(g);
}

Test(reshape, what_cannot_be_is_refused)
{
    struct graph *g = one(SHAPE(2, 3), I(-1, -1));
    net_bad(g, g->nodes[0].outputs[0], "two open sizes");
    g = one(SHAPE(2, 3), I(4, -1));
    net_bad(g, g->nodes[0].outputs[0], "6 elements");
    g = one(SHAPE(2, 3), I(-2, 3));
    net_bad(g, g->nodes[0].outputs[0], "negative");
    g = one(SHAPE(2, 3), I(1, 1, 1, 1, 1, 1, 1, 1, 6));
    net_bad(g, g->nodes[0].outputs[0], "9 axes");
    g = one(SHAPE(2, 3), I(INT64_MAX, 3));
    net_bad(g, g->nodes[0].outputs[0], "6 elements");
}

Test(reshape, a_computed_shape_is_known_when_it_runs)
{
    struct graph *g = net_new(14);
    int x = net_input(g, SHAPE(2, 3)), s = net_input(g, SHAPE(1));
    g->values[s].dtype = DTYPE_I64;
    int y = net_node(g, "Reshape", 1, V(x, s));
    net_done(g, y);
    cr_assert_eq(g->values[y].shape.rank, -1);
    cr_assert_eq(g->values[y].dtype, DTYPE_F32);
    graph_free(g);
    struct host_test t = host_begin("Reshape", "", 14, 2, 1);
    host_give(&t, 0, DTYPE_U8, "2x3", "abcdef");
    host_i64(&t, 1, "2", (int64_t[]){3, -1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x2", "abcdef");
    host_i64(&t, 1, "1", (int64_t[]){5});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(reshape, merged_channels_are_runs_and_sizes_are_mended)
{
    int w, y;
    struct graph *g = net_begin(14, 3, &w, &y);
    int u = net_count(g, SHAPE(12, 2));
    y = reshape(g, y, I(-1, 12));
    int sizes = g->nodes[1].inputs[1];
    net_done(g, net_node(g, "Gemm", 1, V(y, u)));
    net_cut(g, w, 0, I(2));
    net_is(g, u, SHAPE(8, 2));
    net_knows(g, sizes, I(-1, 8));
    graph_free(g);
}

Test(reshape, computed_sizes_are_replaced)
{
    int w, y;
    struct graph *g = net_begin(14, 3, &w, &y);
    int u = net_count(g, SHAPE(12, 2));
    int n = net_node(g, "Shape", 1, V(y));
    n = net_node(g, "Gather", 1, V(n, net_ints(g, I(0))));
    n = net_node(g, "Concat", 1, V(n, net_ints(g, I(12))));
    net_set_int(g, "axis", 0);
    y = net_node(g, "Reshape", 1, V(y, n));
    net_done(g, net_node(g, "Gemm", 1, V(y, u)));
    net_cut(g, w, 0, I(0, 2));
    net_is(g, u, SHAPE(4, 2));
    cr_assert_eq(graph_infer(g, 5, NULL, 0, NULL), 0);
    net_is(g, g->outputs[0], SHAPE(5, 2));
    graph_free(g);
}

Test(reshape, neurons_become_channels)
{
    int v;
    struct graph *g = net_new(14);
    int x = net_input(g, SHAPE(-1, 2)), w = net_count(g, SHAPE(2, 12));
    int y = net_node(g, "Gemm", 1, V(x, w));
    y = reshape(g, y, I(0, 3, 2, 2));
    net_end(g, y, 3, &v);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 1, 7, v, 1, 1), 1);
    cr_assert_eq(net_tied(c, w, 1, 8, v, 1, 1), 0);
    coupling_free(c);
    net_cut(g, v, 1, I(1));
    net_is(g, w, SHAPE(2, 8));
    graph_free(g);
}

Test(reshape, a_shuffle_of_channels_is_frozen)
{
    int w, y, u;
    struct graph *g = net_begin(14, 4, &w, &y);
    y = reshape(g, y, I(0, 2, 2, 2, 2));
    y = net_node(g, "Transpose", 1, V(y));
    net_set_ints(g, "perm", I(0, 2, 1, 3, 4));
    net_end(g, reshape(g, y, I(0, 4, 2, 2)), 4, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "splits channels"));
    cr_assert_str_neq(net_frozen(c, u, 1), "");
    coupling_free(c);
    graph_free(g);
}

Test(reshape, space_may_be_regrouped_freely)
{
    int w, y, u;
    struct graph *g = net_begin(14, 3, &w, &y);
    y = reshape(g, reshape(g, y, I(0, 3, 4)), I(0, 0, 1, 4));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(reshape, mixed_channels_are_frozen)
{
    int w, y, u;
    struct graph *g = net_begin(14, 3, &w, &y);
    y = reshape(g, y, I(0, 2, 6, 1));
    net_end(g, y, 2, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "mixes channels"));
    coupling_free(c);
    graph_free(g);
}

Test(reshape, follows_small_integers)
{
    struct graph *g = net_new(14);
    int y = reshape(g, net_ints(g, I(1, 2, 3, 4)), I(2, 2));
    net_done(g, y);
    net_knows(g, y, I(1, 2, 3, 4));
    graph_free(g);
}
