#include "host.h"

/* covers: ops/acos ops/acosh ops/asin ops/asinh ops/atan ops/atanh ops/ceil
 * covers: ops/cos ops/cosh ops/floor ops/round ops/sign ops/sin ops/sinh
 * covers: ops/tan ops/softsign ops/mish ops/thresholded_relu ops/celu
 * covers: ops/selu ops/shrink ops/gelu ops/is_nan ops/is_inf ops/not
 * covers: ops/bitwise_not ops/and ops/or ops/xor ops/equal ops/less
 * covers: ops/greater ops/less_or_equal ops/greater_or_equal ops/bitwise_and
 * covers: ops/bitwise_or ops/bitwise_xor ops/bit_shift ops/mod */

Test(maths, functions_of_a_number)
{
    static const struct {
        const char *name;
        float x, y;
    } rows[] = {
        {"Acos", 0.5F, 1.04719755F},  {"Acosh", 2, 1.31695790F},
        {"Asin", 0.5F, 0.52359878F},  {"Asinh", 1, 0.88137359F},
        {"Atan", 1, 0.78539816F},     {"Atanh", 0.5F, 0.54930614F},
        {"Ceil", -1.5F, -1},          {"Cos", 1, 0.54030231F},
        {"Cosh", 1, 1.54308063F},     {"Floor", -1.5F, -2},
        {"Round", 2.5F, 2},           {"Round", -1.5F, -2},
        {"Sign", -3, -1},             {"Sin", 1, 0.84147098F},
        {"Sinh", 1, 1.17520119F},     {"Tan", 1, 1.55740772F},
        {"Softsign", -3, -0.75F},     {"Mish", 1, 0.86509839F},
        {"Celu", -1, -0.63212056F},   {"Selu", -1, -1.11133072F},
        {"Selu", 1, 1.05070102F},     {"ThresholdedRelu", 1, 0},
        {"ThresholdedRelu", 1.5F, 1.5F}, {"Gelu", 1, 0.84134475F},
        {"Shrink", 2, 2},             {"Shrink", 0.25F, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct host_test t = host_begin(rows[i].name, "", 20, 1, 1);
        host_f32(&t, 0, "1", &rows[i].x);
        host_call(&t);
        host_gives_f32(&t, 0, "1", &rows[i].y);
        host_end(&t);
    }
}

Test(maths, gelu_by_tanh)
{
    struct host_test t = host_begin("Gelu", "", 20, 1, 1);
    host_text(&t, "approximate", "tanh");
    host_f32(&t, 0, "1", (float[]){1});
    host_call(&t);
    host_gives_f32(&t, 0, "1", (float[]){0.84119199F});
    host_end(&t);
}

/* x and y are of one type; the truth of both pairs. */
static void compares(const char *name, enum dtype dtype, const void *a,
                     const void *b, int first, int second)
{
    struct host_test t = host_begin(name, "", 18, 2, 1);
    host_give(&t, 0, dtype, "2", a);
    host_give(&t, 1, dtype, "2", b);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "2",
                    (uint8_t[]){(uint8_t)first, (uint8_t)second});
    host_end(&t);
}

Test(maths, comparisons_and_logic)
{
    const float a[] = {1, 2}, b[] = {2, 2};
    const uint64_t big[] = {UINT64_MAX, 1}, small[] = {1, 1};
    const uint8_t p[] = {1, 0}, q[] = {1, 1};
    compares("Equal", DTYPE_F32, a, b, 0, 1);
    compares("Less", DTYPE_F32, a, b, 1, 0);
    compares("Greater", DTYPE_F32, a, b, 0, 0);
    compares("LessOrEqual", DTYPE_F32, a, b, 1, 1);
    compares("GreaterOrEqual", DTYPE_F32, a, b, 0, 1);
    compares("Less", DTYPE_U64, big, small, 0, 0);
    compares("Greater", DTYPE_U64, big, small, 1, 0);
    compares("And", DTYPE_BOOL, p, q, 1, 0);
    compares("Or", DTYPE_BOOL, p, q, 1, 1);
    compares("Xor", DTYPE_BOOL, p, q, 0, 1);
}

static void whole(const char *name, const int32_t *a, const int32_t *b,
                  const int32_t *want)
{
    struct host_test t = host_begin(name, "", 18, b ? 2 : 1, 1);
    host_give(&t, 0, DTYPE_I32, "2", a);
    if (b)
        host_give(&t, 1, DTYPE_I32, "2", b);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "2", want);
    host_end(&t);
}

Test(maths, integers)
{
    const int32_t a[] = {6, -7}, b[] = {3, 4}, zero[] = {0, -1};
    whole("BitwiseAnd", a, b, (int32_t[]){2, 0});
    whole("BitwiseOr", a, b, (int32_t[]){7, -3});
    whole("BitwiseXor", a, b, (int32_t[]){5, -3});
    whole("BitwiseNot", a, NULL, (int32_t[]){-7, 6});
    whole("Mod", a, b, (int32_t[]){0, 1});
    whole("Mod", (int32_t[]){5, INT32_MIN}, zero, (int32_t[]){0, 0});
    whole("Sign", a, NULL, (int32_t[]){1, -1});
    whole("Floor", a, NULL, a);
}

Test(maths, shifts)
{
    struct host_test t = host_begin("BitShift", "", 11, 2, 1);
    host_text(&t, "direction", "LEFT");
    host_give(&t, 0, DTYPE_U8, "3", (uint8_t[]){1, 255, 3});
    host_give(&t, 1, DTYPE_U8, "3", (uint8_t[]){7, 4, 200});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3", (uint8_t[]){128, 240, 0});
    host_end(&t);
    t = host_begin("BitShift", "", 11, 2, 1);
    host_give(&t, 0, DTYPE_U8, "1", (uint8_t[]){1});
    host_give(&t, 1, DTYPE_U8, "1", (uint8_t[]){1});
    cr_expect_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(maths, rests_of_floats)
{
    struct host_test t = host_begin("Mod", "", 13, 2, 1);
    host_int(&t, "fmod", 1);
    host_f32(&t, 0, "2", (float[]){-4.3F, 5});
    host_f32(&t, 1, "2", (float[]){2.1F, 3});
    host_call(&t);
    host_gives_f32(&t, 0, "2", (float[]){-0.1F, 2});
    host_end(&t);
}

Test(maths, what_is_no_number)
{
    const float x[] = {NAN, INFINITY, -INFINITY, 1};
    struct host_test t = host_begin("IsNaN", "", 13, 1, 1);
    host_f32(&t, 0, "4", x);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "4", (uint8_t[]){1, 0, 0, 0});
    host_end(&t);
    t = host_begin("IsInf", "", 13, 1, 1);
    host_int(&t, "detect_negative", 0);
    host_f32(&t, 0, "4", x);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "4", (uint8_t[]){0, 1, 0, 0});
    host_end(&t);
    t = host_begin("Not", "", 13, 1, 1);
    host_give(&t, 0, DTYPE_BOOL, "2", (uint8_t[]){1, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "2", (uint8_t[]){0, 1});
    host_end(&t);
}
