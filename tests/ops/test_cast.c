#include "host.h"
#include "net.h"

Test(cast, float_to_float_hands_on)
{
    struct graph *g = net_one("Cast", 13, SHAPE(1, 2));
    net_set_int(g, "to", DTYPE_F32);
    net_check(g, SHAPE(1, 2), F(1, -2), F(1, -2));
}

Test(cast, follows_small_integers)
{
    struct graph *g = net_new(13);
    int y = net_node(g, "Cast", 1, V(net_ints(g, I(3, -1))));
    net_set_int(g, "to", DTYPE_I32);
    net_done(g, y);
    cr_assert_eq(g->values[y].dtype, DTYPE_I32);
    net_knows(g, y, I(3, -1));
    graph_free(g);
}

Test(cast, float_to_integer_is_run_by_its_kernel)
{
    struct graph *g = net_one("Cast", 13, SHAPE(1, 2));
    net_set_int(g, "to", DTYPE_I64);
    net_done(g, g->nodes[0].outputs[0]);
    cr_expect_eq(engine_can_run(g, NULL), 0);
    graph_free(g);
    struct host_test t = host_begin("Cast", "", 13, 1, 1);
    host_int(&t, "to", DTYPE_I64);
    host_f32(&t, 0, "2", (float[]){1.75F, -1.75F});
    host_call(&t);
    host_gives_i64(&t, 0, "2", (int64_t[]){1, -1});
    host_end(&t);
}

Test(cast, unknown_type_is_refused)
{
    struct graph *g = net_one("Cast", 13, SHAPE(1, 2));
    net_set_int(g, "to", 99);
    net_bad(g, g->nodes[0].outputs[0], "type 99");
}

Test(cast, channels_that_become_integers_are_frozen)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Cast", 1, V(y));
    net_set_int(g, "to", DTYPE_I64);
    net_done(g, y);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "casts to integers"));
    coupling_free(c);
    graph_free(g);
}
