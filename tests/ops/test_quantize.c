#include "host.h"

/* covers: ops/quantize_linear ops/dequantize_linear ops/matmul_integer
 * covers: ops/dynamic_quantize_linear ops/conv_integer ops/qlinear_matmul
 * covers: ops/qlinear_conv */

Test(quantize, rounds_to_even_and_is_cut)
{
    struct host_test t = host_begin("QuantizeLinear", "", 13, 3, 1);
    host_f32(&t, 0, "6", (float[]){0, 1, 3, -3, 1000, -1000});
    host_f32(&t, 1, "", (float[]){2});
    host_give(&t, 2, DTYPE_U8, "", (uint8_t[]){128});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "6",
                    (uint8_t[]){128, 128, 130, 126, 255, 0});
    host_end(&t);
}

Test(quantize, one_scale_for_each_channel)
{
    struct host_test t = host_begin("DequantizeLinear", "", 13, 3, 1);
    host_int(&t, "axis", 0);
    host_give(&t, 0, DTYPE_I8, "2x2", (int8_t[]){1, 2, -3, 4});
    host_f32(&t, 1, "2", (float[]){2, 0.5F});
    host_give(&t, 2, DTYPE_I8, "2", (int8_t[]){0, 1});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2", (float[]){2, 4, -2, 1.5F});
    host_f32(&t, 1, "3", (float[]){2, 0.5F, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(quantize, range_of_the_data)
{
    struct host_test t = host_begin("DynamicQuantizeLinear", "", 13, 1, 3);
    host_f32(&t, 0, "3", (float[]){0, 2, -3});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "3", (uint8_t[]){153, 255, 0});
    host_gives_f32(&t, 1, "", (float[]){5.0F / 255});
    host_gives_data(&t, 2, DTYPE_U8, "", (uint8_t[]){153});
    host_f32(&t, 0, "2", (float[]){0, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2", (uint8_t[]){0, 0});
    host_end(&t);
}

Test(quantize, products_of_bytes)
{
    struct host_test t = host_begin("MatMulInteger", "", 10, 4, 1);
    host_give(&t, 0, DTYPE_U8, "2x2", (uint8_t[]){11, 7, 3, 10});
    host_give(&t, 1, DTYPE_I8, "2x1", (int8_t[]){1, -4});
    host_give(&t, 2, DTYPE_U8, "", (uint8_t[]){10});
    host_give(&t, 3, DTYPE_I8, "", (int8_t[]){-1});
    host_call(&t); /* 1 -3 / -7 0 times 2 -3 */
    host_gives_data(&t, 0, DTYPE_I32, "2x1", (int32_t[]){11, -14});
    host_give(&t, 1, DTYPE_I8, "3x1", (int8_t[]){1, -4, 2});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(quantize, products_are_quantised_again)
{
    struct host_test t = host_begin("QLinearMatMul", "", 10, 8, 1);
    host_give(&t, 0, DTYPE_U8, "2", (uint8_t[]){11, 7});
    host_give(&t, 3, DTYPE_U8, "2x2", (uint8_t[]){1, 2, 3, 4});
    host_f32(&t, 1, "", (float[]){0.5F});
    host_give(&t, 2, DTYPE_U8, "", (uint8_t[]){10});
    host_f32(&t, 4, "", (float[]){0.5F});
    host_give(&t, 5, DTYPE_U8, "", (uint8_t[]){0});
    host_f32(&t, 6, "", (float[]){0.25F});
    host_give(&t, 7, DTYPE_U8, "", (uint8_t[]){20});
    host_call(&t); /* 1 -3 times 1 2 / 3 4: -8 -10 */
    host_gives_data(&t, 0, DTYPE_U8, "2", (uint8_t[]){12, 10});
    host_end(&t);
}
