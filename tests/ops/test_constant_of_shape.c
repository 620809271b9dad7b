#include "net.h"

static int filled(struct graph *g, const int64_t *sizes, size_t n)
{
    return net_node(g, "ConstantOfShape", 1, V(net_ints(g, sizes, n)));
}

static void set_fill(struct graph *g, enum dtype dtype, const void *element)
{
    struct attr *a = net_attr(g, "value");
    struct shape one = SHAPE(1);
    a->type = ATTR_TENSOR;
    cr_assert_eq(tensor_new(&a->tensor, dtype, &one, NULL), 0);
    memcpy(a->tensor->data, element, a->tensor->size);
}

Test(constant_of_shape, fills_with_zeros_or_a_number)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2));
    int y = filled(g, I(2, 1));
    set_fill(g, DTYPE_F32, &(float){2.5f});
    int z = filled(g, I(2));
    net_node(g, "Sum", 1, V(y, x, z));
    net_check(g, SHAPE(2, 2), F(1, 2), F(3.5f, 4.5f, 3.5f, 4.5f));
}

Test(constant_of_shape, makes_small_integers)
{
    struct graph *g = net_new(13);
    int y = filled(g, I(3));
    set_fill(g, DTYPE_I64, &(int64_t){-1});
    net_done(g, y);
    net_knows(g, y, I(-1, -1, -1));
    graph_free(g);
}

Test(constant_of_shape, sizes_are_mended)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int z = filled(g, I(1, 3, 2, 2));
    net_end(g, net_node(g, "Add", 1, V(y, z)), 3, &u);
    net_cut(g, w, 0, I(1));
    net_knows(g, g->nodes[1].inputs[0], I(1, 2, 2, 2));
    graph_free(g);
}

/* As an exporter joins the batch, which is computed, with a layer's width. */
Test(constant_of_shape, a_size_that_is_joined_is_mended_where_it_stands)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int n = net_node(g, "Shape", 1, V(y));
    n = net_node(g, "Gather", 1, V(n, net_ints(g, I(0))));
    int width = net_ints(g, I(3, 2, 2));
    n = net_node(g, "Concat", 1, V(n, width));
    net_set_int(g, "axis", 0);
    int z = net_node(g, "ConstantOfShape", 1, V(n));
    net_end(g, net_node(g, "Add", 1, V(y, z)), 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, z, SHAPE(1, 2, 2, 2));
    net_knows(g, n, I(1, 2, 2, 2));
    graph_free(g);
}

Test(constant_of_shape, computed_sizes_follow_by_themselves)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int n = net_node(g, "Shape", 1, V(y));
    int z = net_node(g, "ConstantOfShape", 1, V(n));
    net_end(g, net_node(g, "Add", 1, V(y, z)), 3, &u);
    net_cut(g, w, 0, I(2));
    net_is(g, z, SHAPE(1, 2, 2, 2));
    graph_free(g);
}

Test(constant_of_shape, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    net_bad(g, filled(g, I(-1)), "negative");
    g = net_new(13);
    net_bad(g, filled(g, I(INT64_MAX, INT64_MAX)), "too large");
    g = net_new(13);
    net_bad(g, filled(g, I(1, 1, 1, 1, 1, 1, 1, 1, 1)), "9 axes");
}
