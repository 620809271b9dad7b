#include "net.h"

/* Activations that are planned in a few primitives, and how channels go
 * through operators that choose, compare and count. */

static void gives(const char *type, int64_t opset, const float *want)
{
    net_check(net_one(type, opset, SHAPE(1, 3)), SHAPE(1, 3), F(-1, 0, 2),
              want, 3);
    net_through(type, opset);
}

Test(activations, compute_and_let_channels_through)
{
    gives("Mish", 18, (float[]){-0.30340147F, 0, 1.943959F});
    gives("Softsign", 13, (float[]){-0.5F, 0, 0.66666667F});
    gives("Celu", 13, (float[]){-0.63212056F, 0, 2});
    gives("Selu", 13, (float[]){-1.11133074F, 0, 2.10140204F});
    gives("Gelu", 20, (float[]){-0.15865525F, 0, 1.9544997F});
}

Test(activations, gelu_by_tanh)
{
    struct graph *g = net_one("Gelu", 20, SHAPE(1, 2));
    net_set_text(g, "approximate", "tanh");
    net_check(g, SHAPE(1, 2), F(-1, 2), F(-0.158808F, 1.9545977F));
}

Test(activations, celu_takes_alpha)
{
    struct graph *g = net_one("Celu", 13, SHAPE(1, 2));
    net_set_float(g, "alpha", 2);
    net_check(g, SHAPE(1, 2), F(-1, 2), F(-0.78693868F, 2));
    g = net_one("Celu", 13, SHAPE(1, 2)); /* by the kernel of its own */
    net_set_float(g, "alpha", -2);
    net_check(g, SHAPE(1, 2), F(-1, 2), F(-1.29744254F, 2));
}

Test(activations, a_mask_over_channels_freezes_them)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int zero = net_floats(g, SHAPE(1), F(0));
    int mask = net_constant(g, DTYPE_BOOL, SHAPE(3, 1, 1),
                            (unsigned char[]){1, 0, 1}, 3);
    y = net_node(g, "Where", 1, V(mask, y, zero));
    net_done(g, y);
    net_is(g, y, SHAPE(1, 3, 2, 2));
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "chosen by a mask"));
    coupling_free(c);
    graph_free(g);
}

Test(activations, a_mask_over_space_lets_channels_through)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int zero = net_floats(g, SHAPE(1), F(0));
    int mask = net_constant(g, DTYPE_BOOL, SHAPE(1, 2, 2),
                            (unsigned char[]){1, 0, 1, 1}, 4);
    y = net_node(g, "Where", 1, V(mask, y, zero));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(activations, comparing_channels_freezes_them)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Less", 1, V(y, net_floats(g, SHAPE(1), F(0))));
    net_done(g, y);
    cr_assert_eq(g->values[y].dtype, DTYPE_BOOL);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "makes decisions"));
    coupling_free(c);
    graph_free(g);
}

Test(activations, counting_channels_does_not_freeze_them)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    net_node(g, "Size", 1, V(y));
    cr_assert_eq(graph_add_output(g, g->n_values - 1, NULL), 0);
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert_str_eq(net_frozen(c, w, 0), "");
    coupling_free(c);
    graph_free(g);
}
