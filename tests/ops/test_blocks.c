#include "host.h"
#include "net.h"

/* covers: ops/depth_to_space ops/space_to_depth ops/tile
 * covers: ops/center_crop_pad ops/col2im */

Test(depth_to_space, both_orders)
{
    struct host_test t = host_begin("DepthToSpace", "", 13, 1, 1);
    host_int(&t, "blocksize", 2);
    host_give(&t, 0, DTYPE_U8, "1x8x1x1", "abcdefgh");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "1x2x2x2", "acegbdfh");
    host_text(&t, "mode", "CRD");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "1x2x2x2", "abcdefgh");
    host_give(&t, 0, DTYPE_U8, "1x6x1x1", "abcdef");
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(space_to_depth, is_the_way_back)
{
    struct host_test t = host_begin("SpaceToDepth", "", 13, 1, 1);
    host_int(&t, "blocksize", 2);
    host_give(&t, 0, DTYPE_U8, "1x2x2x2", "acegbdfh");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "1x8x1x1", "abcdefgh");
    host_give(&t, 0, DTYPE_U8, "1x2x1x2", "abcd");
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(depth_to_space, runs_as_primitives)
{
    struct graph *g = net_one("DepthToSpace", 11, SHAPE(1, 4, 1, 2));
    net_set_int(g, "blocksize", 2);
    net_check(g, SHAPE(1, 1, 2, 4), F(1, 2, 3, 4, 5, 6, 7, 8),
              F(1, 3, 2, 4, 5, 7, 6, 8));
    g = net_one("SpaceToDepth", 11, SHAPE(1, 1, 2, 4));
    net_set_int(g, "blocksize", 2);
    net_check(g, SHAPE(1, 4, 1, 2), F(1, 3, 2, 4, 5, 7, 6, 8),
              F(1, 2, 3, 4, 5, 6, 7, 8));
}

/* A channel of the larger image goes with its group of the other's. */
static void cuts(const char *mode, int64_t other)
{
    int w, y, u;
    struct graph *g = net_begin(13, 12, &w, &y);
    y = net_node(g, "DepthToSpace", 1, V(y));
    net_set_int(g, "blocksize", 2);
    net_set_text(g, "mode", mode);
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 1, other), 1, "%s", mode);
    coupling_free(c);
    net_cut(g, u, 1, I(1));
    net_is(g, w, SHAPE(8, 1, 1, 1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(depth_to_space, groups_are_cut_whole)
{
    cuts("DCR", 1);
    cuts("CRD", 0);
}

Test(space_to_depth, a_channel_goes_with_all_its_places)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "SpaceToDepth", 1, V(y));
    net_set_int(g, "blocksize", 2);
    net_end(g, y, 12, &u);
    net_cut(g, w, 0, I(2));
    net_is(g, u, SHAPE(2, 8, 1, 1));
    graph_free(g);
}

Test(tile, any_type)
{
    struct host_test t = host_begin("Tile", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_U8, "2x2", "abcd");
    host_i64(&t, 1, "2", (int64_t[]){2, 3});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "4x6", "abababcdcdcdabababcdcdcd");
    host_i64(&t, 1, "2", (int64_t[]){2, 1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "4x2", "abcdabcd");
    host_i64(&t, 1, "2", (int64_t[]){0, 1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "0x2", "");
    host_i64(&t, 1, "2", (int64_t[]){-1, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "2", (int64_t[]){INT64_MAX, INT64_MAX});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "1", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_give(&t, 0, DTYPE_U8, "", "a");
    host_i64(&t, 1, "0", (int64_t[]){1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "", "a");
    host_end(&t);
}

Test(tile, runs_as_concatenations)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2));
    net_node(g, "Tile", 1, V(x, net_ints(g, I(2, 2))));
    net_check(g, SHAPE(2, 4), F(1, 2), F(1, 2, 1, 2, 1, 2, 1, 2));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 2));
    net_node(g, "Tile", 1, V(x, net_ints(g, I(1, 1))));
    net_check(g, SHAPE(1, 2), F(1, 2), F(1, 2));
}

Test(tile, channels_go_through_unless_repeated)
{
    for (int times = 1; times < 3; times++) {
        int w, y, u;
        struct graph *g = net_begin(13, 3, &w, &y);
        y = net_node(g, "Tile", 1, V(y, net_ints(g, I(1, times, 2, 2))));
        net_end(g, y, 3 * times, &u);
        struct coupling *c = net_couple(g);
        if (times == 1)
            cr_assert_eq(net_tied(c, w, 0, 2, u, 1, 2), 1);
        else
            cr_assert(strstr(net_frozen(c, w, 0), "repeats channels"));
        coupling_free(c);
        graph_free(g);
    }
}

Test(center_crop_pad, middle)
{
    struct host_test t = host_begin("CenterCropPad", "", 18, 2, 1);
    host_give(&t, 0, DTYPE_U8, "2x3", "abcdef");
    host_i64(&t, 1, "2", (int64_t[]){3, 1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x1", "be\0");
    host_ints(&t, "axes", (int64_t[]){-1}, 1);
    host_i64(&t, 1, "1", (int64_t[]){6});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x6", "\0abc\0\0\0def\0\0");
    host_i64(&t, 1, "2", (int64_t[]){3, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "1", (int64_t[]){-1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(col2im, sums_where_windows_overlap)
{
    struct host_test t = host_begin("Col2Im", "", 18, 3, 1);
    host_f32(&t, 0, "1x2x3", (float[]){1, 2, 3, 10, 20, 30});
    host_i64(&t, 1, "1", (int64_t[]){4});
    host_i64(&t, 2, "1", (int64_t[]){2});
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x4", (float[]){1, 12, 23, 30});
    host_ints(&t, "dilations", (int64_t[]){3}, 1);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_ints(&t, "pads", (int64_t[]){1, 1}, 2);
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x4", (float[]){2, 3, 10, 20});
    host_end(&t);
}

Test(col2im, five_by_five)
{
    /* The example of the definition: blocks of one row of five. */
    float x[25], want[25];
    for (int i = 0; i < 25; i++)
        x[i] = (float)(i / 5 + i % 5 * 5), want[i] = (float)i;
    struct host_test t = host_begin("Col2Im", "", 18, 3, 1);
    host_f32(&t, 0, "1x5x5", x);
    host_i64(&t, 1, "2", (int64_t[]){5, 5});
    host_i64(&t, 2, "2", (int64_t[]){1, 5});
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x5x5", want);
    host_i64(&t, 2, "2", (int64_t[]){5, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

/* --- paddings of any type ------------------------------------------------ */

static void pads(const char *mode, const int64_t *list, const char *shape,
                 const char *want)
{
    struct host_test t = host_begin("Pad", "", 19, 4, 1);
    host_text(&t, "mode", mode);
    host_give(&t, 0, DTYPE_U8, "2x3", "abcdef");
    host_i64(&t, 1, "4", list);
    host_give(&t, 2, DTYPE_U8, "", "-");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, shape, want);
    host_end(&t);
}

Test(pad, any_type_and_mode)
{
    pads("constant", (int64_t[]){0, 1, 1, 2}, "3x6", "-abc---def--------");
    pads("constant", (int64_t[]){-1, 1, 0, -2}, "1x2", "-d");
    pads("edge", (int64_t[]){1, 1, 0, 1}, "3x5", "aabccaabccddeff");
    pads("reflect", (int64_t[]){1, 2, 0, 3}, "3x8",
         "fedefedecbabcbabfedefede");
    pads("wrap", (int64_t[]){1, 1, 0, 4}, "3x8", "fdefdefdcabcabcafdefdefd");
}

Test(pad, some_axes_and_what_cannot_be)
{
    struct host_test t = host_begin("Pad", "", 18, 4, 1);
    host_give(&t, 0, DTYPE_U8, "2x1", "ab");
    host_i64(&t, 1, "2", (int64_t[]){0, 1});
    host_give(&t, 3, DTYPE_I32, "1", (int32_t[]){-1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2", "a\0b\0");
    host_give(&t, 2, DTYPE_I8, "", "a");
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "3", (int64_t[]){0, 1, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("Pad", "", 18, 2, 1);
    host_text(&t, "mode", "edge");
    host_give(&t, 0, DTYPE_U8, "0", "");
    host_i64(&t, 1, "2", (int64_t[]){0, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("Pad", "", 18, 2, 1);
    host_text(&t, "mode", "mirror");
    host_give(&t, 0, DTYPE_U8, "1", "a");
    host_i64(&t, 1, "2", (int64_t[]){0, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}
