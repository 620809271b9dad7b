#include "host.h"
#include "net.h"

Test(max_pool, takes_the_largest)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 2, 4));
    net_set_ints(g, "kernel_shape", I(2, 2));
    net_set_ints(g, "strides", I(2, 2));
    net_check(g, SHAPE(1, 1, 1, 2), F(1, 2, 3, 4, 5, -6, 7, -8), F(5, 7));
}

Test(max_pool, pads_never_win)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 1, 3));
    net_set_ints(g, "kernel_shape", I(3, 3));
    net_set_ints(g, "pads", I(1, 1, 1, 1));
    net_check(g, SHAPE(1, 1, 1, 3), F(-1, -2, -3), F(-1, -1, -2));
}

Test(max_pool, ceil_mode_keeps_the_rest)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 1, 5));
    net_set_ints(g, "kernel_shape", I(1, 2));
    net_set_ints(g, "strides", I(1, 2));
    net_set_int(g, "ceil_mode", 1);
    net_check(g, SHAPE(1, 1, 1, 3), F(1, 2, 3, 4, 5), F(2, 4, 5));
    g = net_one("MaxPool", 13, SHAPE(1, 1, 3)); /* none begins in the pads */
    net_set_ints(g, "kernel_shape", I(1));
    net_set_ints(g, "strides", I(2));
    net_set_ints(g, "pads", I(0, 1));
    net_set_int(g, "ceil_mode", 1);
    net_check(g, SHAPE(1, 1, 2), F(1, 2, 3), F(1, 3));
}

Test(max_pool, lets_channels_through)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "MaxPool", 1, V(y));
    net_set_ints(g, "kernel_shape", I(2, 2));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(max_pool, says_where)
{
    for (int columns = 0; columns < 2; columns++) {
        struct host_test t = host_begin("MaxPool", "", 12, 1, 2);
        host_ints(&t, "kernel_shape", (const int64_t[]){2, 2}, 2);
        host_ints(&t, "pads", (const int64_t[]){0, 0, 0, 1}, 4);
        host_int(&t, "storage_order", columns);
        host_f32(&t, 0, "1x2x2x2", (float[]){1, 4, 3, 2, -8, -7, -5, -6});
        host_call(&t);
        host_gives_f32(&t, 0, "1x2x1x2", (float[]){4, 4, -5, -6});
        host_gives_i64(&t, 1, "1x2x1x2",
                       columns ? (int64_t[]){2, 2, 5, 7}
                               : (int64_t[]){1, 1, 6, 7});
        host_end(&t);
    }
}

Test(max_pool, of_bytes)
{
    struct host_test t = host_begin("MaxPool", "", 12, 1, 1);
    host_ints(&t, "kernel_shape", (const int64_t[]){2}, 1);
    host_ints(&t, "dilations", (const int64_t[]){2}, 1);
    host_give(&t, 0, DTYPE_U8, "1x1x4", (uint8_t[]){200, 255, 201, 3});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "1x1x2", (uint8_t[]){201, 255});
    host_end(&t);
}

Test(max_pool, what_cannot_be_is_refused)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 2, 4));
    net_bad(g, g->nodes[0].outputs[0], "kernel_shape");
    g = net_one("MaxPool", 13, SHAPE(1, 1, 2, 4));
    net_set_ints(g, "kernel_shape", I(3, 3));
    net_bad(g, g->nodes[0].outputs[0], "window of 3");
}
