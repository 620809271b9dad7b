#include "host.h"
#include "net.h"

/* covers: ops/gather_elements ops/gather_nd ops/scatter
 * covers: ops/scatter_elements ops/scatter_nd */

Test(gather_elements, along_an_axis)
{
    struct host_test t = host_begin("GatherElements", "", 13, 2, 1);
    host_int(&t, "axis", 1);
    host_give(&t, 0, DTYPE_U8, "2x3", "abcdef");
    host_give(&t, 1, DTYPE_I32, "2x2", (int32_t[]){0, -1, 1, 1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2", "acee");
    host_i64(&t, 1, "2x1", (int64_t[]){0, 3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "3x1", (int64_t[]){0, 0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "2", (int64_t[]){0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("GatherElements", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_U8, "3x2", "abcdef");
    host_i64(&t, 1, "2x2", (int64_t[]){2, 0, -1, -2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2", "ebed");
    host_i64(&t, 1, "0x2", (int64_t[]){0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "0x2", "");
    host_end(&t);
}

Test(gather_nd, blocks_within_a_batch)
{
    struct host_test t = host_begin("GatherND", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_U8, "2x2x2", "abcdefgh");
    host_i64(&t, 1, "2x1", (int64_t[]){1, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2x2", "efghabcd");
    host_int(&t, "batch_dims", 1);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2", "cdef");
    host_i64(&t, 1, "2x3", (int64_t[]){0, 0, 0, 0, 0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "2x1", (int64_t[]){1, -3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

static void scatters(const char *how, const float *want)
{
    struct host_test t = host_begin("ScatterElements", "", 18, 3, 1);
    host_text(&t, "reduction", how);
    host_f32(&t, 0, "4", (float[]){1, 2, 3, 4});
    host_i64(&t, 1, "3", (int64_t[]){1, 1, -1});
    host_f32(&t, 2, "3", (float[]){5, 0, 6});
    host_call(&t);
    host_gives_f32(&t, 0, "4", want);
    host_end(&t);
}

Test(scatter_elements, with_and_without_reductions)
{
    scatters("none", (float[]){1, 0, 3, 6});
    scatters("add", (float[]){1, 7, 3, 10});
    scatters("mul", (float[]){1, 0, 3, 24});
    scatters("max", (float[]){1, 5, 3, 6});
    scatters("min", (float[]){1, 0, 3, 4});
    struct host_test t = host_begin("ScatterElements", "", 16, 3, 1);
    host_int(&t, "axis", 1);
    host_give(&t, 0, DTYPE_I16, "2x2", (int16_t[]){1, 2, 3, 4});
    host_i64(&t, 1, "1x1", (int64_t[]){1});
    host_give(&t, 2, DTYPE_I16, "1x1", (int16_t[]){9});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "2x2", (int16_t[]){1, 9, 3, 4});
    host_text(&t, "reduction", "mul");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "2x2", (int16_t[]){1, 18, 3, 4});
    host_f32(&t, 2, "1x1", (float[]){9});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_give(&t, 2, DTYPE_I16, "1x2", (int16_t[]){9, 9});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(scatter_elements, has_an_older_name_and_knows_its_reductions)
{
    struct host_test t = host_begin("Scatter", "", 9, 3, 1);
    host_f32(&t, 0, "2", (float[]){1, 2});
    host_i64(&t, 1, "1", (int64_t[]){1});
    host_f32(&t, 2, "1", (float[]){9});
    host_call(&t);
    host_gives_f32(&t, 0, "2", (float[]){1, 9});
    host_text(&t, "reduction", "median");
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

Test(scatter_nd, blocks)
{
    struct host_test t = host_begin("ScatterND", "", 18, 3, 1);
    host_give(&t, 0, DTYPE_U8, "3x2", "abcdef");
    host_i64(&t, 1, "2x1", (int64_t[]){2, -3});
    host_give(&t, 2, DTYPE_U8, "2x2", "wxyz");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x2", "yzcdwx");
    host_text(&t, "reduction", "max");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x2", "yzcdwx");
    host_i64(&t, 1, "2x1", (int64_t[]){3, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "1x1", (int64_t[]){0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "2x2", (int64_t[]){0, 1, 2, 0});
    host_give(&t, 2, DTYPE_U8, "2", "yz");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x2", "aycdzf");
    host_end(&t);
}

Test(places, run_in_a_network)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 2));
    int at = net_constant(g, DTYPE_I64, SHAPE(2, 1), (int64_t[]){1, 0}, 2);
    net_node(g, "GatherElements", 1, V(x, at));
    net_set_int(g, "axis", 1);
    net_check(g, SHAPE(2, 1), F(1, 2, 3, 4), F(2, 3));
    g = net_new(13);
    x = net_input(g, SHAPE(2, 2));
    at = net_constant(g, DTYPE_I64, SHAPE(1, 2), (int64_t[]){1, 0}, 2);
    net_node(g, "GatherND", 1, V(x, at));
    net_check(g, SHAPE(1), F(1, 2, 3, 4), F(3));
    g = net_new(13);
    x = net_input(g, SHAPE(2, 2));
    at = net_constant(g, DTYPE_I64, SHAPE(1, 1), (int64_t[]){1}, 1);
    net_node(g, "ScatterND", 1, V(x, at, net_count(g, SHAPE(1, 2))));
    net_check(g, SHAPE(2, 2), F(5, 6, 7, 8), F(5, 6, 1, 2));
}
