#include "net.h"

Test(matmul, computes_in_batches_and_with_vectors)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 1, 2));
    net_node(g, "MatMul", 1, V(x, net_count(g, SHAPE(2, 2))));
    net_check(g, SHAPE(2, 1, 2), F(1, 0, 1, 1), F(1, 2, 4, 6));
    g = net_new(13);
    x = net_input(g, SHAPE(2, 2));
    net_node(g, "MatMul", 1, V(x, net_count(g, SHAPE(2))));
    net_check(g, SHAPE(2), F(1, 2, 3, 4), F(5, 11));
    g = net_new(13);
    x = net_input(g, SHAPE(3));
    net_node(g, "MatMul", 1, V(x, net_count(g, SHAPE(3, 2))));
    net_check(g, SHAPE(2), F(1, 1, 1), F(9, 12));
    g = net_new(13);
    x = net_input(g, SHAPE(2));
    net_node(g, "MatMul", 1, V(x, net_count(g, SHAPE(2))));
    net_check(g, SCALAR, F(3, 4), F(11));
}

Test(matmul, neurons_go_with_the_bias_behind)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 2));
    int w = net_count(g, SHAPE(2, 4)), b = net_count(g, SHAPE(4));
    int u = net_count(g, SHAPE(4, 3));
    int y = net_node(g, "MatMul", 1, V(x, w));
    y = net_node(g, "Add", 1, V(y, b));
    net_done(g, net_node(g, "MatMul", 1, V(y, u)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 1, 2, b, 0, 2), 1);
    cr_assert_eq(net_tied(c, w, 1, 2, u, 0, 2), 1);
    coupling_free(c);
    cr_assert_eq(net_cost(g, 0).macs, 8);
    cr_assert_eq(net_cost(g, 0).weights, 2u);
    net_cut(g, w, 1, I(1));
    net_is(g, u, SHAPE(3, 3));
    graph_free(g);
}

Test(matmul, weight_may_stand_on_the_left)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(3, 5));
    int w = net_count(g, SHAPE(4, 3)), u = net_count(g, SHAPE(2, 4));
    int y = net_node(g, "MatMul", 1, V(w, x));
    net_done(g, net_node(g, "MatMul", 1, V(u, y)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 3, u, 1, 3), 1);
    coupling_free(c);
    cr_assert_eq(net_cost(g, 0).weights, 1u);
    graph_free(g);
}

Test(matmul, of_two_activations_ties_what_meets)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 3, 2));
    int wa = net_count(g, SHAPE(2, 4)), wb = net_count(g, SHAPE(2, 4));
    int a = net_node(g, "MatMul", 1, V(x, wa));
    int b = net_node(g, "MatMul", 1, V(x, wb));
    b = net_node(g, "Transpose", 1, V(b));
    net_set_ints(g, "perm", I(0, 2, 1));
    net_done(g, net_node(g, "MatMul", 1, V(a, b)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, wa, 1, 3, wb, 1, 3), 1);
    coupling_free(c);
    net_cut(g, wa, 1, I(0, 2));
    net_is(g, wb, SHAPE(2, 2));
    graph_free(g);
}

/* The vector's side leaves no axis: channels of the stack still meet those
 * of the output. */
Test(matmul, a_stack_times_a_vector_ties_its_channels)
{
    int w, x;
    struct graph *g = net_begin(13, 3, &w, &x);
    int y = net_node(g, "MatMul", 1, V(x, net_count(g, SHAPE(2))));
    int u = net_count(g, SHAPE(3, 1));
    net_done(g, net_node(g, "Mul", 1, V(y, u)));
    net_is(g, y, SHAPE(1, 3, 2));
    struct coupling *c = net_couple(g);
    cr_expect_eq(net_tied(c, w, 0, 1, u, 0, 1), 1);
    cr_expect_eq(net_tied(c, w, 0, 1, u, 0, 2), 0);
    coupling_free(c);
    graph_free(g);
}

Test(matmul, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 3));
    net_bad(g, net_node(g, "MatMul", 1, V(x, net_count(g, SHAPE(2, 3)))),
            "cannot be multiplied");
}
