#include "host.h"
#include "net.h"

/* The reductions, of any type.
 * covers: ops/reduce_l1 ops/reduce_l2 ops/reduce_log_sum
 * covers: ops/reduce_log_sum_exp ops/reduce_prod ops/reduce_sum_square
 * covers: ops/arg_max ops/arg_min */

static const float six[] = {1, -2, 3, -4, 5, -6};

static void gives(const char *type, const float *want)
{
    struct host_test t = host_begin(type, "", 18, 2, 1);
    host_f32(&t, 0, "2x3", six);
    host_i64(&t, 1, "1", (int64_t[]){-1});
    host_int(&t, "keepdims", 0);
    host_call(&t);
    host_gives_f32(&t, 0, "2", want);
    host_end(&t);
}

Test(reduce, floats)
{
    gives("ReduceL1", (float[]){6, 15});
    gives("ReduceL2", (float[]){sqrtf(14), sqrtf(77)});
    gives("ReduceLogSumExp", (float[]){3.132845F, 5.00014F});
    gives("ReduceMax", (float[]){3, 5});
    gives("ReduceMean", (float[]){2.0F / 3, -5.0F / 3});
    gives("ReduceMin", (float[]){-2, -6});
    gives("ReduceProd", (float[]){-6, 120});
    gives("ReduceSum", (float[]){2, -5});
    gives("ReduceSumSquare", (float[]){14, 77});
}

static void gives_int(const char *type, int32_t all)
{
    struct host_test t = host_begin(type, "", 11, 1, 1);
    host_give(&t, 0, DTYPE_I32, "3x2", (int32_t[]){1, -2, 3, -4, 5, -6});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "1x1", &all);
    host_end(&t);
}

Test(reduce, integers_over_all_axes)
{
    gives_int("ReduceL1", 21);
    gives_int("ReduceL2", 9);
    gives_int("ReduceMax", 5);
    gives_int("ReduceMean", 0);
    gives_int("ReduceMin", -6);
    gives_int("ReduceProd", -720);
    gives_int("ReduceSum", -3);
    gives_int("ReduceSumSquare", 91);
}

Test(reduce, large_integers_stay_exact)
{
    struct host_test t = host_begin("ReduceMax", "", 18, 1, 1);
    host_i64(&t, 0, "2", (int64_t[]){INT64_MAX - 1, INT64_MAX - 2});
    host_int(&t, "keepdims", 0);
    host_call(&t);
    host_gives_i64(&t, 0, "", (int64_t[]){INT64_MAX - 1});
    host_give(&t, 0, DTYPE_U64, "2", (uint64_t[]){UINT64_MAX, 1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U64, "", (uint64_t[]){UINT64_MAX});
    host_give(&t, 0, DTYPE_BOOL, "3", "\0\1\0");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "", "\1");
    host_end(&t);
}

static void gives_empty(const char *type, float want)
{
    struct host_test t = host_begin(type, "", 20, 2, 1);
    host_f32(&t, 0, "0x1", six);
    host_i64(&t, 1, "1", (int64_t[]){0});
    host_call(&t);
    const float *y = host_gives(&t, 0, DTYPE_F32, "1x1");
    cr_assert(y[0] == want, "%s of nothing is %g", type, (double)y[0]);
    host_end(&t);
}

Test(reduce, nothing_at_all)
{
    gives_empty("ReduceL1", 0);
    gives_empty("ReduceL2", 0);
    gives_empty("ReduceLogSum", -INFINITY);
    gives_empty("ReduceLogSumExp", -INFINITY);
    gives_empty("ReduceMax", -INFINITY);
    gives_empty("ReduceMin", INFINITY);
    gives_empty("ReduceProd", 1);
    gives_empty("ReduceSum", 0);
    gives_empty("ReduceSumSquare", 0);
}

Test(reduce, exponentials_do_not_overflow)
{
    struct host_test t = host_begin("ReduceLogSumExp", "", 18, 1, 1);
    host_give(&t, 0, DTYPE_F64, "2", (double[]){1000, 1000});
    host_call(&t);
    const double *y = host_gives(&t, 0, DTYPE_F64, "1");
    cr_assert(fabs(y[0] - 1000.693147) < 1e-5);
    host_give(&t, 0, DTYPE_F64, "2", (double[]){INFINITY, 1});
    host_call(&t);
    y = host_gives(&t, 0, DTYPE_F64, "1");
    cr_assert(isinf(y[0]) && y[0] > 0);
    host_end(&t);
}

static void sums_up(const int64_t *axes, int64_t n, const char *shape,
                    const int64_t step[3])
{
    float x[3 * 100 * 5], want[500] = {0};
    int64_t wholes[3 * 100 * 5], counts[500] = {0};
    for (int i = 0; i < 1500; i++) {
        int64_t at = i / 500 * step[0] + i / 5 % 100 * step[1] +
                     i % 5 * step[2];
        wholes[i] = i % 7 * (i % 3);
        x[i] = (float)wholes[i];
        want[at] += x[i];
        counts[at] += wholes[i];
    }
    struct host_test t = host_begin("ReduceSum", "", 11, 1, 1);
    host_ints(&t, "axes", axes, n);
    host_int(&t, "keepdims", 0);
    host_f32(&t, 0, "3x100x5", x);
    host_call(&t);
    host_gives_f32(&t, 0, shape, want);
    host_i64(&t, 0, "3x100x5", wholes);
    host_call(&t);
    host_gives_i64(&t, 0, shape, counts);
    host_end(&t);
}

Test(reduce, axes_in_any_place)
{
    sums_up((int64_t[]){0}, 1, "100x5", (int64_t[]){0, 5, 1});
    sums_up((int64_t[]){1}, 1, "3x5", (int64_t[]){5, 0, 1});
    sums_up((int64_t[]){2}, 1, "3x100", (int64_t[]){100, 1, 0});
    sums_up((int64_t[]){0, 2}, 2, "100", (int64_t[]){0, 1, 0});
    sums_up((int64_t[]){1, 0}, 2, "5", (int64_t[]){0, 0, 1});
    sums_up((int64_t[]){2, -2}, 2, "3", (int64_t[]){1, 0, 0});
}

Test(reduce, no_axes_may_mean_none)
{
    struct host_test t = host_begin("ReduceSum", "", 13, 2, 1);
    host_int(&t, "noop_with_empty_axes", 1);
    host_f32(&t, 0, "2x3", six);
    host_i64(&t, 1, "0", (int64_t[]){0});
    host_call(&t);
    host_gives_f32(&t, 0, "2x3", six);
    host_f32(&t, 0, "", six);
    host_call(&t);
    host_gives_f32(&t, 0, "", six);
    host_i64(&t, 1, "1", (int64_t[]){2});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(reduce, a_norm_of_nothing_but_itself)
{
    struct host_test t = host_begin("ReduceL2", "", 18, 1, 1);
    host_int(&t, "noop_with_empty_axes", 1);
    host_f32(&t, 0, "2x3", six);
    host_call(&t);
    host_gives_f32(&t, 0, "2x3", (float[]){1, 2, 3, 4, 5, 6});
    host_end(&t);
    struct graph *g = net_one("ReduceSumSquare", 18, SHAPE(1, 2));
    net_set_int(g, "noop_with_empty_axes", 1);
    net_check(g, SHAPE(1, 2), F(2, -3), F(4, 9));
}

static void lowers(const char *type, const float *want)
{
    struct graph *g = net_one(type, 13, SHAPE(2, 3));
    net_set_ints(g, "axes", I(1));
    net_check(g, SHAPE(2, 1), F(1, 2, 3, 4, 5, 6), want, 2);
}

Test(reduce, norms_run_as_primitives)
{
    lowers("ReduceL1", (float[]){6, 15});
    lowers("ReduceL2", (float[]){sqrtf(14), sqrtf(77)});
    lowers("ReduceLogSum", (float[]){logf(6), logf(15)});
    lowers("ReduceSumSquare", (float[]){14, 77});
    lowers("ReduceProd", (float[]){6, 120});
}

Test(reduce, channels_that_are_summed_are_frozen)
{
    const char *const types[] = {"ReduceL1", "ReduceL2", "ReduceLogSum",
                                 "ReduceLogSumExp", "ReduceProd",
                                 "ReduceSumSquare"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        int w, y, u;
        struct graph *g = net_begin(13, 3, &w, &y);
        y = net_node(g, types[i], 1, V(y));
        net_set_ints(g, "axes", I(1));
        net_end(g, y, 1, &u);
        struct coupling *c = net_couple(g);
        cr_assert(strstr(net_frozen(c, w, 0), "channels"), "%s", types[i]);
        coupling_free(c);
        graph_free(g);
        g = net_begin(13, 3, &w, &y);
        y = net_node(g, types[i], 1, V(y));
        net_set_ints(g, "axes", I(2, 3));
        net_end(g, y, 3, &u);
        c = net_couple(g);
        cr_assert_eq(net_tied(c, w, 0, 1, u, 1, 1), 1, "%s", types[i]);
        coupling_free(c);
        graph_free(g);
    }
}

/* --- places of the largest and the least ------------------------------- */

static void places(const char *type, int last, const int64_t *want)
{
    struct host_test t = host_begin(type, "", 13, 1, 1);
    host_give(&t, 0, DTYPE_I8, "2x3x2",
              (int8_t[]){1, -1, 3, 0, 3, -1, 7, 5, 7, 5, 2, 6});
    host_int(&t, "axis", 1);
    host_int(&t, "keepdims", 0);
    host_int(&t, "select_last_index", last);
    host_call(&t);
    host_gives_i64(&t, 0, "2x2", want);
    host_end(&t);
}

Test(arg, places_along_an_axis)
{
    places("ArgMax", 0, (int64_t[]){1, 1, 0, 2});
    places("ArgMax", 1, (int64_t[]){2, 1, 1, 2});
    places("ArgMin", 0, (int64_t[]){0, 0, 2, 0});
    places("ArgMin", 1, (int64_t[]){0, 2, 2, 1});
}

Test(arg, zeros_are_equal_and_nothing_has_no_place)
{
    struct host_test t = host_begin("ArgMax", "", 13, 1, 1);
    host_f32(&t, 0, "3", (float[]){-1, -0.0F, 0});
    host_call(&t);
    host_gives_i64(&t, 0, "1", (int64_t[]){1});
    host_f32(&t, 0, "0", six);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_f32(&t, 0, "", six);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(arg, decides_over_channels)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 2)), w = net_count(g, SHAPE(2, 3));
    int y = net_node(g, "MatMul", 1, V(x, w));
    y = net_node(g, "ArgMax", 1, V(y));
    net_set_int(g, "axis", 1);
    net_done(g, y);
    net_is(g, y, SHAPE(1, 1));
    cr_assert_eq(g->values[y].dtype, DTYPE_I64);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 1), "decisions"));
    coupling_free(c);
    graph_free(g);
}
