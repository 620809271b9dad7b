/* covers: ops/instance_normalization ops/group_normalization ops/lrn
 * covers: ops/lp_normalization ops/mean_variance_normalization */
#include "host.h"
#include "net.h"

Test(normal, instances_by_their_channels)
{
    struct host_test t = host_begin("InstanceNormalization", "", 6, 3, 1);
    host_float(&t, "epsilon", 0.0F);
    host_f32(&t, 0, "1x2x2", (float[]){1, 3, -4, -8});
    host_f32(&t, 1, "2", (float[]){2, 3});
    host_f32(&t, 2, "2", (float[]){10, 0});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2", (float[]){8, 12, 3, -3});
    host_f32(&t, 1, "3", (float[]){2, 3, 4});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(normal, instances_lose_channels)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int s = net_count(g, SHAPE(3)), b = net_count(g, SHAPE(3));
    net_end(g, net_node(g, "InstanceNormalization", 1, V(y, s, b)), 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, s, SHAPE(2));
    graph_free(g);
}

Test(normal, groups_scaled_by_group_or_channel)
{
    for (int opset = 18; opset <= 21; opset += 3) {
        struct host_test t = host_begin("GroupNormalization", "", opset, 3, 1);
        host_int(&t, "num_groups", 2);
        host_float(&t, "epsilon", 0.0F);
        host_f32(&t, 0, "1x4x1", (float[]){1, 3, -4, -8});
        if (opset < 21) {
            host_f32(&t, 1, "2", (float[]){2, 3});
            host_f32(&t, 2, "2", (float[]){0, 1});
        } else {
            host_f32(&t, 1, "4", (float[]){2, 2, 3, 3});
            host_f32(&t, 2, "4", (float[]){0, 0, 1, 1});
        }
        host_call(&t);
        host_gives_f32(&t, 0, "1x4x1", (float[]){-2, 2, 4, -2});
        host_int(&t, "num_groups", 2);
        host_end(&t);
    }
    int w, u, y;
    struct graph *g = net_begin(21, 2, &w, &y);
    int s = net_count(g, SHAPE(2)), b = net_count(g, SHAPE(2));
    y = net_node(g, "GroupNormalization", 1, V(y, s, b));
    net_set_int(g, "num_groups", 1);
    net_end(g, y, 2, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "in groups"));
    coupling_free(c);
    graph_free(g);
}

Test(normal, neighbours_weigh_in)
{
    struct host_test t = host_begin("LRN", "", 13, 1, 1);
    host_int(&t, "size", 2);
    host_float(&t, "alpha", 2.0F);
    host_float(&t, "beta", 1.0F);
    host_f32(&t, 0, "1x3x1", (float[]){1, 2, 3});
    host_call(&t); /* a window of two: itself and the next */
    host_gives_f32(&t, 0, "1x3x1", (float[]){1.0F / 6, 2.0F / 14, 0.3F});
    host_end(&t);
}

Test(normal, by_the_norm)
{
    for (int p = 1; p <= 2; p++) {
        struct host_test t = host_begin("LpNormalization", "", 1, 1, 1);
        host_int(&t, "p", p);
        host_int(&t, "axis", 0);
        host_f32(&t, 0, "2x2", (float[]){3, 0, -4, 0});
        host_call(&t);
        float by = p == 1 ? 7 : 5;
        host_gives_f32(&t, 0, "2x2", (float[]){3 / by, 0, -4 / by, 0});
        host_end(&t);
    }
    struct host_test t = host_begin("LpNormalization", "", 1, 1, 1);
    host_int(&t, "p", 3);
    host_f32(&t, 0, "1", (float[]){3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(normal, by_mean_and_variance)
{
    struct host_test t = host_begin("MeanVarianceNormalization", "", 13, 1,
                                    1);
    int64_t axes[] = {0, -1};
    host_ints(&t, "axes", axes, 2);
    host_f32(&t, 0, "2x2x1", (float[]){1, 10, 3, 14});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2x1", (float[]){-1, -1, 1, 1});
    axes[1] = 3;
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(normal, batches_in_training)
{
    for (int opset = 9; opset <= 15; opset += 6) {
        struct host_test t = host_begin("BatchNormalization", "", opset, 5,
                                        3);
        for (int i = 5; i < 8; i++)
            cr_assert_eq(graph_add_output(t.g, i, NULL), 0);
        if (opset == 15)
            host_int(&t, "training_mode", 1);
        host_float(&t, "epsilon", 0.0F);
        host_float(&t, "momentum", 0.75F);
        host_f32(&t, 0, "2x1x1", (float[]){1, 5});
        host_f32(&t, 1, "1", (float[]){2});
        host_f32(&t, 2, "1", (float[]){10});
        host_f32(&t, 3, "1", (float[]){7});
        host_f32(&t, 4, "1", (float[]){8});
        host_call(&t);
        host_gives_f32(&t, 0, "2x1x1", (float[]){8, 12});
        host_gives_f32(&t, 1, "1", (float[]){6});
        host_gives_f32(&t, 2, "1", (float[]){7});
        host_end(&t);
    }
}
