#include "host.h"

/* Host kernels of what makes or hands on tensors. */

Test(pass_host, identity_is_the_same_datum)
{
    struct host_test t = host_begin("Identity", "", 16, 1, 1);
    struct datum *item = NULL, *list = NULL;
    cr_assert_eq(datum_none(&item, NULL), 0);
    cr_assert_eq(datum_sequence(&list, &item, 1, NULL), 0);
    t.in[0] = list;
    host_call(&t);
    cr_assert_eq(t.out[0], list);
    datum_unref(item);
    host_end(&t);
}

Test(pass_host, casts)
{
    struct host_test t = host_begin("Cast", "", 13, 1, 1);
    host_int(&t, "to", DTYPE_I32);
    host_f32(&t, 0, "3", (float[]){1.9F, -1.9F, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "3", (int32_t[]){1, -1, 0});
    host_give(&t, 0, DTYPE_I32, "1", (int32_t[]){7});
    host_call(&t);
    cr_assert_eq(t.out[0], t.in[0]);
    host_end(&t);
    t = host_begin("Cast", "", 13, 1, 1);
    host_int(&t, "to", DTYPE_STRING);
    host_f32(&t, 0, "1", (float[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

Test(pass_host, dropout_hands_on_with_a_mask_of_ones)
{
    struct host_test t = host_begin("Dropout", "", 13, 3, 2);
    host_f32(&t, 0, "2", (float[]){1, 2});
    host_call(&t);
    host_gives_f32(&t, 0, "2", (float[]){1, 2});
    host_gives_data(&t, 1, DTYPE_BOOL, "2", (uint8_t[]){1, 1});
    host_end(&t);
}

Test(pass_host, dropout_in_training_scales_what_is_left)
{
    enum { N = 64 };
    static float x[N];
    int kept = 0;
    for (int i = 0; i < N; i++)
        x[i] = 1;
    struct host_test t = host_begin("Dropout", "", 13, 3, 2);
    host_f32(&t, 0, "64", x);
    host_f32(&t, 1, "", (float[]){0.75F});
    host_give(&t, 2, DTYPE_BOOL, "", (uint8_t[]){1});
    host_call(&t);
    const float *y = host_gives(&t, 0, DTYPE_F32, "64");
    const uint8_t *mask = host_gives(&t, 1, DTYPE_BOOL, "64");
    for (int i = 0; i < N; i++) {
        cr_assert_float_eq(y[i], mask[i] ? 4.0F : 0.0F, 1e-5F);
        kept += mask[i];
    }
    cr_assert(kept > 4 && kept < 32, "%d are kept", kept);
    host_end(&t);
}

Test(pass_host, constants)
{
    struct host_test t = host_begin("Constant", "", 13, 0, 1);
    host_ints(&t, "value_ints", (int64_t[]){3, -4}, 2);
    host_call(&t);
    host_gives_i64(&t, 0, "2", (int64_t[]){3, -4});
    host_end(&t);
    t = host_begin("Constant", "", 13, 0, 1);
    host_text(&t, "value_string", "no");
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

Test(pass_host, constants_of_a_shape)
{
    struct host_test t = host_begin("ConstantOfShape", "", 13, 1, 1);
    host_i64(&t, 0, "2", (int64_t[]){2, 1});
    host_call(&t);
    host_gives_f32(&t, 0, "2x1", (float[]){0, 0});
    host_i64(&t, 0, "0", NULL);
    host_call(&t);
    host_gives_f32(&t, 0, "", (float[]){0});
    host_i64(&t, 0, "1", (int64_t[]){-1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 0, "3", (int64_t[]){INT32_MAX, INT32_MAX, INT32_MAX});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    struct attr *fill = host_attr(&t, "value", ATTR_TENSOR);
    fill->tensor = host_tensor(DTYPE_I16, "1", (int16_t[]){7});
    host_i64(&t, 0, "1", (int64_t[]){2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I16, "2", (int16_t[]){7, 7});
    host_end(&t);
}
