#include "host.h"
#include "net.h"

/* covers: ops/topk ops/unique ops/cumsum ops/non_zero ops/one_hot
 * covers: ops/compress ops/reverse_sequence */

Test(topk, largest_first_and_ties_in_order)
{
    struct host_test t = host_begin("TopK", "", 11, 2, 2);
    host_f32(&t, 0, "2x4", (float[]){1, 3, 3, 2, NAN, -1, 5, -INFINITY});
    host_i64(&t, 1, "1", (int64_t[]){3});
    host_call(&t);
    host_gives_i64(&t, 1, "2x3", (int64_t[]){1, 2, 3, 0, 2, 1});
    const float *y = host_gives(&t, 0, DTYPE_F32, "2x3");
    cr_assert(y[0] == 3 && y[2] == 2 && isnan(y[3]) && y[5] == -1);
    host_end(&t);
}

Test(topk, least_along_another_axis)
{
    struct host_test t = host_begin("TopK", "", 11, 2, 2);
    host_int(&t, "axis", 0);
    host_int(&t, "largest", 0);
    host_give(&t, 0, DTYPE_I64, "4x2",
              (int64_t[]){5, 1, INT64_MIN, 1, 5, 0, 4, 9});
    host_i64(&t, 1, "1", (int64_t[]){2});
    host_call(&t);
    host_gives_i64(&t, 0, "2x2", (int64_t[]){INT64_MIN, 0, 4, 1});
    host_gives_i64(&t, 1, "2x2", (int64_t[]){1, 2, 3, 0});
    host_i64(&t, 1, "1", (int64_t[]){0});
    host_call(&t);
    host_gives_i64(&t, 1, "0x2", (int64_t[]){0});
    host_i64(&t, 1, "1", (int64_t[]){5});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(topk, agrees_with_sorting_everything)
{
    enum { N = 500 };
    float x[N];
    unsigned seed = 1;
    for (int i = 0; i < N; i++) {
        seed = seed * 1103515245u + 12345u;
        x[i] = (float)(seed >> 16 & 255);
    }
    struct host_test all = host_begin("TopK", "", 11, 2, 2);
    struct host_test some = host_begin("TopK", "", 11, 2, 2);
    host_f32(&all, 0, "500", x);
    host_f32(&some, 0, "500", x);
    host_i64(&all, 1, "1", (int64_t[]){N});
    host_i64(&some, 1, "1", (int64_t[]){37});
    host_call(&all);
    host_call(&some);
    const int64_t *a = host_gives(&all, 1, DTYPE_I64, "500");
    for (int i = 1; i < N; i++)
        cr_assert(x[a[i]] < x[a[i - 1]] ||
                  (x[a[i]] == x[a[i - 1]] && a[i] > a[i - 1]));
    host_gives_i64(&some, 1, "37", a);
    host_end(&all);
    host_end(&some);
}

Test(topk, older_versions_and_shapes)
{
    struct host_test t = host_begin("TopK", "", 7, 1, 2);
    host_int(&t, "k", 1);
    host_f32(&t, 0, "2x2", (float[]){1, 2, 4, 3});
    host_call(&t);
    host_gives_i64(&t, 1, "2x1", (int64_t[]){1, 0});
    host_end(&t);
    struct graph *g = net_new(11);
    int x = net_input(g, SHAPE(2, 5));
    int y = net_node(g, "TopK", 2, V(x, net_ints(g, I(3))));
    net_done(g, y);
    net_is(g, y, SHAPE(2, 3));
    int at = g->nodes[0].outputs[1];
    net_is(g, at, SHAPE(2, 3));
    cr_assert_eq(g->values[at].dtype, DTYPE_I64);
    graph_free(g);
    g = net_new(11);
    x = net_input(g, SHAPE(2, 5));
    net_bad(g, net_node(g, "TopK", 2, V(x, net_ints(g, I(6)))), "6 of 5");
}

Test(unique, in_order)
{
    struct host_test t = host_begin("Unique", "", 11, 1, 4);
    host_f32(&t, 0, "2x3", (float[]){2, 1, 1, 3, 4, 3});
    host_call(&t);
    host_gives_f32(&t, 0, "4", (float[]){1, 2, 3, 4});
    host_gives_i64(&t, 1, "4", (int64_t[]){1, 0, 3, 4});
    host_gives_i64(&t, 2, "6", (int64_t[]){1, 0, 0, 2, 3, 2});
    host_gives_i64(&t, 3, "4", (int64_t[]){2, 1, 2, 1});
    host_int(&t, "sorted", 0);
    host_call(&t);
    host_gives_f32(&t, 0, "4", (float[]){2, 1, 3, 4});
    host_gives_i64(&t, 1, "4", (int64_t[]){0, 1, 3, 4});
    host_gives_i64(&t, 2, "6", (int64_t[]){0, 1, 1, 2, 3, 2});
    host_gives_i64(&t, 3, "4", (int64_t[]){1, 2, 2, 1});
    host_end(&t);
}

Test(unique, slabs)
{
    struct host_test t = host_begin("Unique", "", 11, 1, 4);
    host_int(&t, "axis", -1);
    host_give(&t, 0, DTYPE_U8, "2x3", "bababa");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2", "abba");
    host_gives_i64(&t, 2, "3", (int64_t[]){1, 0, 1});
    host_give(&t, 0, DTYPE_U8, "2x0", "");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x0", "");
    host_give(&t, 0, DTYPE_U8, "0x3", "");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "0x1", "");
    host_end(&t);
}

static void sums(int exclusive, int reverse, const int32_t *want)
{
    struct host_test t = host_begin("CumSum", "", 14, 2, 1);
    host_int(&t, "exclusive", exclusive);
    host_int(&t, "reverse", reverse);
    host_give(&t, 0, DTYPE_I32, "3x2", (int32_t[]){1, 2, 3, 4, 5, 6});
    host_i64(&t, 1, "", (int64_t[]){0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "3x2", want);
    host_end(&t);
}

Test(cumsum, either_way)
{
    sums(0, 0, (int32_t[]){1, 2, 4, 6, 9, 12});
    sums(1, 0, (int32_t[]){0, 0, 1, 2, 4, 6});
    sums(0, 1, (int32_t[]){9, 12, 8, 10, 5, 6});
    sums(1, 1, (int32_t[]){8, 10, 5, 6, 0, 0});
    struct host_test t = host_begin("CumSum", "", 14, 2, 1);
    host_give(&t, 0, DTYPE_F64, "2", (double[]){0.5, 0.25});
    host_give(&t, 1, DTYPE_I32, "1", (int32_t[]){-1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_F64, "2", (double[]){0.5, 0.75});
    host_i64(&t, 1, "1", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(cumsum, other_channels_go_through)
{
    for (int axis = 1; axis < 3; axis++) {
        int w, y, u;
        struct graph *g = net_begin(13, 3, &w, &y);
        net_end(g, net_node(g, "CumSum", 1, V(y, net_ints(g, I(axis)))), 3,
                &u);
        struct coupling *c = net_couple(g);
        if (axis == 1)
            cr_assert(strstr(net_frozen(c, w, 0), "sums channels up"));
        else
            cr_assert_eq(net_tied(c, w, 0, 2, u, 1, 2), 1);
        coupling_free(c);
        graph_free(g);
    }
}

Test(non_zero, indices_by_axes)
{
    struct host_test t = host_begin("NonZero", "", 13, 1, 1);
    host_f32(&t, 0, "2x2", (float[]){1, -0.0F, NAN, 3});
    host_call(&t);
    host_gives_i64(&t, 0, "2x3", (int64_t[]){0, 1, 1, 0, 0, 1});
    host_give(&t, 0, DTYPE_U64, "2", (uint64_t[]){0, 1ull << 63});
    host_call(&t);
    host_gives_i64(&t, 0, "1x1", (int64_t[]){1});
    host_give(&t, 0, DTYPE_BOOL, "0", "");
    host_call(&t);
    host_gives_i64(&t, 0, "1x0", (int64_t[]){0});
    host_give(&t, 0, DTYPE_BOOL, "", "\1");
    host_call(&t);
    host_gives_i64(&t, 0, "0x1", (int64_t[]){0});
    host_end(&t);
}

Test(one_hot, new_axis)
{
    struct host_test t = host_begin("OneHot", "", 11, 3, 1);
    host_f32(&t, 0, "3", (float[]){1, -1, 7});
    host_f32(&t, 1, "", (float[]){3});
    host_give(&t, 2, DTYPE_I16, "2", (int16_t[]){5, 9});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "3x3",
                    (int16_t[]){5, 9, 5, 5, 5, 9, 5, 5, 5});
    host_int(&t, "axis", 0);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "3x3",
                    (int16_t[]){5, 5, 5, 9, 5, 5, 5, 9, 5});
    host_f32(&t, 1, "", (float[]){-3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    struct graph *g = net_new(11);
    int x = net_input(g, SHAPE(2, 5)), values = net_count(g, SHAPE(2));
    int y = net_node(g, "OneHot", 1, V(x, net_ints(g, I(3)), values));
    net_done(g, y);
    net_is(g, y, SHAPE(2, 5, 3));
    graph_free(g);
}

Test(compress, what_is_true)
{
    struct host_test t = host_begin("Compress", "", 11, 2, 1);
    host_give(&t, 0, DTYPE_U8, "2x3", "abcdef");
    host_give(&t, 1, DTYPE_BOOL, "5", "\0\1\0\0\1");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2", "be");
    host_int(&t, "axis", 1);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_give(&t, 1, DTYPE_BOOL, "3", "\1\0\1");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x2", "acdf");
    host_give(&t, 1, DTYPE_BOOL, "0", "");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x0", "");
    host_end(&t);
}

Test(reverse_sequence, so_many_of_each)
{
    struct host_test t = host_begin("ReverseSequence", "", 10, 2, 1);
    host_give(&t, 0, DTYPE_U8, "3x2x2", "aAbBcCdDeEfF");
    host_i64(&t, 1, "2", (int64_t[]){3, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x2x2", "eEbBcCdDaAfF");
    host_i64(&t, 1, "2", (int64_t[]){1, 2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3x2x2", "aAdDcCbBeEfF");
    host_i64(&t, 1, "2", (int64_t[]){1, 4});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_int(&t, "batch_axis", 0);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(order, what_moves_channels_freezes_them)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "TopK", 2, V(y, net_ints(g, I(2))));
    net_set_int(g, "axis", 1);
    net_done(g, y);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "moves channels"));
    coupling_free(c);
    graph_free(g);
}
