#include "host.h"
#include "net.h"

Test(layer_normalization, normalises_rows)
{
    struct host_test t = host_begin("LayerNormalization", "", 17, 3, 3);
    host_float(&t, "epsilon", 0.0F);
    host_f32(&t, 0, "2x2", (float[]){1, 3, -4, -8});
    host_f32(&t, 1, "2", (float[]){2, 3});
    host_f32(&t, 2, "1", (float[]){10});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2", (float[]){8, 13, 12, 7});
    host_gives_f32(&t, 1, "2x1", (float[]){2, -6});
    host_gives_f32(&t, 2, "2x1", (float[]){1, 0.5F});
    host_end(&t);
}

Test(layer_normalization, takes_doubles_over_two_axes)
{
    struct host_test t = host_begin("LayerNormalization", "", 17, 2, 1);
    host_int(&t, "axis", -2);
    host_float(&t, "epsilon", 0.0F);
    host_give(&t, 0, DTYPE_F64, "1x2x2", (double[]){1, 1, 3, 3});
    host_give(&t, 1, DTYPE_F64, "2x1", (double[]){1, 2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_F64, "1x2x2", (double[]){-1, -1, 2, 2});
    host_end(&t);
}

Test(layer_normalization, what_cannot_be_is_refused)
{
    struct host_test t = host_begin("LayerNormalization", "", 17, 2, 1);
    host_f32(&t, 0, "2x2", (float[]){1, 3, -4, -8});
    host_f32(&t, 1, "3", (float[]){2, 3, 4});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_int(&t, "axis", 2);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(layer_normalization, infers_and_freezes_what_it_normalises)
{
    int w, u, y;
    struct graph *g = net_begin(17, 3, &w, &y);
    int s = net_count(g, SHAPE(3, 2, 2));
    y = net_node(g, "LayerNormalization", 3, V(y, s));
    net_set_int(g, "axis", 1);
    net_end(g, y, 3, &u);
    net_is(g, y + 1, SHAPE(1, 1, 1, 1));
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "together"));
    coupling_free(c);
    graph_free(g);
}
