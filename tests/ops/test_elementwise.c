#include <limits.h>
#include <stdio.h>

#include "graph/convert.h"
#include "host.h"

/* The host kernels of arithmetic and activations: all types. */

#define N_OF(x) (sizeof(x) / sizeof *(x))

/* One input, float32 and float64 and float16: the same answer. */
static void each_float(const char *type, int n, const float *x,
                       const float *want)
{
    char shape[8];
    double wide[8];
    uint16_t half[8];
    snprintf(shape, sizeof shape, "%d", n);
    for (int i = 0; i < n; i++) {
        wide[i] = (double)x[i];
        half[i] = convert_to_f16(x[i]);
    }
    struct host_test t = host_begin(type, "", 17, 1, 1);
    host_f32(&t, 0, shape, x);
    host_call(&t);
    host_gives_f32(&t, 0, shape, want);
    host_give(&t, 0, DTYPE_F64, shape, wide);
    host_call(&t);
    const double *y = host_gives(&t, 0, DTYPE_F64, shape);
    for (int i = 0; i < n; i++)
        cr_assert_float_eq(y[i], (double)want[i], 1e-5, "%s", type);
    host_give(&t, 0, DTYPE_F16, shape, half);
    host_call(&t);
    const uint16_t *h = host_gives(&t, 0, DTYPE_F16, shape);
    for (int i = 0; i < n; i++)
        cr_assert_float_eq(convert_f16(h[i]), want[i], 3e-3F, "%s", type);
    host_end(&t);
}

Test(elementwise, floats_of_one_input)
{
    static const struct {
        const char *type;
        float x[3], y[3];
    } cases[] = {
        {"Abs", {-1, 0, 2}, {1, 0, 2}},
        {"Neg", {-1, 0, 2}, {1, 0, -2}},
        {"Relu", {-1, 0, 2}, {0, 0, 2}},
        {"Sqrt", {0, 4, 2}, {0, 2, 1.41421356F}},
        {"Exp", {-1, 0, 2}, {0.36787944F, 1, 7.3890561F}},
        {"Log", {1, 0.5F, 2}, {0, -0.69314718F, 0.69314718F}},
        {"Erf", {-1, 0, 2}, {-0.84270079F, 0, 0.99532227F}},
        {"Reciprocal", {-1, 0.5F, 4}, {-1, 2, 0.25F}},
        {"Sigmoid", {-1, 0, 2}, {0.26894142F, 0.5F, 0.88079708F}},
        {"Tanh", {-1, 0, 2}, {-0.76159416F, 0, 0.96402758F}},
        {"LeakyRelu", {-1, 0, 2}, {-0.01F, 0, 2}},
        {"Elu", {-1, 0, 2}, {-0.63212056F, 0, 2}},
        {"Softplus", {-1, 0, 2}, {0.31326169F, 0.69314718F, 2.126928F}},
        {"HardSigmoid", {-1, 0, 3}, {0.3F, 0.5F, 1}},
        {"HardSwish", {-1, 0, 3}, {-0.33333333F, 0, 3}},
    };
    for (size_t i = 0; i < N_OF(cases); i++)
        each_float(cases[i].type, 3, cases[i].x, cases[i].y);
}

Test(elementwise, integers_wrap_around)
{
    struct host_test t = host_begin("Add", "", 14, 2, 1);
    host_give(&t, 0, DTYPE_U8, "2", (uint8_t[]){250, 3});
    host_give(&t, 1, DTYPE_U8, "1", (uint8_t[]){10});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2", (uint8_t[]){4, 13});
    host_i64(&t, 0, "", (int64_t[]){INT64_MAX});
    host_i64(&t, 1, "", (int64_t[]){1});
    host_call(&t);
    host_gives_i64(&t, 0, "", (int64_t[]){INT64_MIN});
    host_end(&t);
    t = host_begin("Neg", "", 14, 1, 1);
    host_give(&t, 0, DTYPE_I8, "2", (int8_t[]){-128, 5});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "2", (int8_t[]){-128, -5});
    host_end(&t);
    t = host_begin("Mul", "", 14, 2, 1);
    host_give(&t, 0, DTYPE_I32, "1", (int32_t[]){1 << 30});
    host_give(&t, 1, DTYPE_I32, "1", (int32_t[]){6});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "1", (int32_t[]){INT_MIN});
    host_end(&t);
}

Test(elementwise, divisions_never_trap)
{
    struct host_test t = host_begin("Div", "", 14, 2, 1);
    host_i64(&t, 0, "4", (int64_t[]){7, -7, 5, INT64_MIN});
    host_i64(&t, 1, "4", (int64_t[]){2, 2, 0, -1});
    host_call(&t);
    host_gives_i64(&t, 0, "4", (int64_t[]){3, -3, 0, INT64_MIN});
    host_give(&t, 0, DTYPE_U64, "1", (uint64_t[]){UINT64_MAX});
    host_give(&t, 1, DTYPE_U64, "1", (uint64_t[]){2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U64, "1", (uint64_t[]){UINT64_MAX / 2});
    host_end(&t);
}

Test(elementwise, unsigned_ones_are_compared_as_such)
{
    struct host_test t = host_begin("Max", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_U64, "2", (uint64_t[]){UINT64_MAX, 1});
    host_give(&t, 1, DTYPE_U64, "2", (uint64_t[]){1, 2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U64, "2", (uint64_t[]){UINT64_MAX, 2});
    host_f32(&t, 0, "2", (float[]){NAN, 1});
    host_f32(&t, 1, "2", (float[]){1, NAN});
    host_call(&t);
    const float *y = host_gives(&t, 0, DTYPE_F32, "2");
    cr_assert(isnan(y[0]) && isnan(y[1]));
    host_end(&t);
}

Test(elementwise, any_number_is_folded_and_broadcast)
{
    struct host_test t = host_begin("Sum", "", 13, 3, 1);
    host_f32(&t, 0, "2x1", (float[]){1, 2});
    host_f32(&t, 1, "3", (float[]){10, 20, 30});
    host_f32(&t, 2, "2x1x1", (float[]){100, 200});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2x3",
                   (float[]){111, 121, 131, 112, 122, 132, 211, 221, 231,
                             212, 222, 232});
    host_end(&t);
    t = host_begin("Min", "", 13, 1, 1);
    host_give(&t, 0, DTYPE_I16, "2", (int16_t[]){3, -4});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "2", (int16_t[]){3, -4});
    host_end(&t);
}

Test(elementwise, longer_than_a_chunk)
{
    enum { N = 1000 };
    static float x[N], want[N];
    for (int i = 0; i < N; i++) {
        x[i] = (float)i;
        want[i] = (float)(i % 500) - 1;
    }
    struct host_test t = host_begin("Sub", "", 13, 2, 1);
    for (int i = 0; i < N; i++)
        x[i] = (float)(i % 500);
    host_f32(&t, 0, "2x500", x);
    host_f32(&t, 1, "1", (float[]){1});
    host_call(&t);
    host_gives_f32(&t, 0, "2x500", want);
    host_end(&t);
}

Test(elementwise, what_does_not_fit_is_refused)
{
    struct host_test t = host_begin("Add", "", 13, 2, 1);
    host_f32(&t, 0, "2", (float[]){1, 2});
    host_f32(&t, 1, "3", (float[]){1, 2, 3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    t.err = (struct prune_error){0};
    host_i64(&t, 1, "2", (int64_t[]){1, 2});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    cr_assert(strstr(t.err.text, "float32"), "%s", t.err.text);
    host_end(&t);
    t = host_begin("Exp", "", 13, 1, 1);
    host_i64(&t, 0, "1", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
    t = host_begin("Add", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_C64, "1", (float[]){1, 2});
    host_give(&t, 1, DTYPE_C64, "1", (float[]){1, 2});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

Test(elementwise, nothing_gives_nothing)
{
    struct host_test t = host_begin("Mul", "", 13, 2, 1);
    host_f32(&t, 0, "2x0", NULL);
    host_f32(&t, 1, "1", (float[]){1});
    host_call(&t);
    host_gives(&t, 0, DTYPE_F32, "2x0");
    host_end(&t);
}

Test(elementwise, pow_mixes_types)
{
    struct host_test t = host_begin("Pow", "", 15, 2, 1);
    host_i64(&t, 0, "3", (int64_t[]){2, -1, 3});
    host_i64(&t, 1, "3", (int64_t[]){10, -3, -1});
    host_call(&t);
    host_gives_i64(&t, 0, "3", (int64_t[]){1024, -1, 0});
    host_f32(&t, 1, "", (float[]){0.5F});
    host_i64(&t, 0, "2", (int64_t[]){9, 15});
    host_call(&t);
    host_gives_i64(&t, 0, "2", (int64_t[]){3, 3});
    host_f32(&t, 0, "2", (float[]){2, 3});
    host_give(&t, 1, DTYPE_U32, "", (uint32_t[]){3});
    host_call(&t);
    host_gives_f32(&t, 0, "2", (float[]){8, 27});
    host_end(&t);
}

Test(elementwise, clip_by_inputs_and_by_attributes)
{
    struct host_test t = host_begin("Clip", "", 12, 3, 1);
    host_give(&t, 0, DTYPE_I8, "3", (int8_t[]){-5, 0, 5});
    host_give(&t, 2, DTYPE_I8, "", (int8_t[]){3});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "3", (int8_t[]){-5, 0, 3});
    host_give(&t, 1, DTYPE_I8, "1", (int8_t[]){-2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "3", (int8_t[]){-2, 0, 3});
    host_f32(&t, 1, "", (float[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("Clip", "", 6, 1, 1);
    host_float(&t, "max", 1);
    host_give(&t, 0, DTYPE_F64, "2", (double[]){-5, 5});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_F64, "2", (double[]){-5, 1});
    host_end(&t);
}

Test(elementwise, prelu_takes_a_slope_each)
{
    struct host_test t = host_begin("PRelu", "", 16, 2, 1);
    host_give(&t, 0, DTYPE_F64, "2x2", (double[]){-1, 2, -3, -4});
    host_give(&t, 1, DTYPE_F64, "2", (double[]){0.5, 2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_F64, "2x2", (double[]){-0.5, 2, -1.5, -8});
    host_end(&t);
}
