#include "host.h"

/* Values that are chosen, laid out or drawn. */

/* covers: ops/where ops/mean ops/cast_like ops/hardmax ops/trilu
 * covers: ops/eye_like ops/range ops/size ops/random_normal
 * covers: ops/random_normal_like ops/random_uniform
 * covers: ops/random_uniform_like ops/bernoulli ops/multinomial */

Test(made, where_chooses_and_broadcasts)
{
    struct host_test t = host_begin("Where", "", 16, 3, 1);
    host_give(&t, 0, DTYPE_BOOL, "2x1", (uint8_t[]){1, 0});
    host_i64(&t, 1, "2", (int64_t[]){1, 2});
    host_i64(&t, 2, "", (int64_t[]){9});
    host_call(&t);
    host_gives_i64(&t, 0, "2x2", (int64_t[]){1, 2, 9, 9});
    host_f32(&t, 2, "", (float[]){9});
    cr_expect_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(made, the_mean_of_three)
{
    struct host_test t = host_begin("Mean", "", 13, 3, 1);
    host_f32(&t, 0, "2", (float[]){1, 2});
    host_f32(&t, 1, "2", (float[]){3, 4});
    host_f32(&t, 2, "1", (float[]){5});
    host_call(&t);
    host_gives_f32(&t, 0, "2", (float[]){3, 11.0F / 3});
    host_end(&t);
}

Test(made, casts_like_another)
{
    struct host_test t = host_begin("CastLike", "", 15, 2, 1);
    host_f32(&t, 0, "2", (float[]){1.75F, -2.5F});
    host_i64(&t, 1, "1", (int64_t[]){0});
    host_call(&t);
    host_gives_i64(&t, 0, "2", (int64_t[]){1, -2});
    host_end(&t);
}

Test(made, the_first_greatest_is_hard)
{
    struct host_test t = host_begin("Hardmax", "", 13, 1, 1);
    host_f32(&t, 0, "2x2", (float[]){1, 1, 2, 3});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2", (float[]){1, 0, 0, 1});
    host_end(&t);
    t = host_begin("Hardmax", "", 11, 1, 1);
    host_int(&t, "axis", 0);
    host_f32(&t, 0, "2x2", (float[]){1, 1, 2, 3});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2", (float[]){0, 0, 0, 1});
    host_end(&t);
}

static void triangle(int upper, int64_t k, const float *want)
{
    const float x[] = {1, 2, 3, 4, 5, 6};
    struct host_test t = host_begin("Trilu", "", 14, 2, 1);
    host_int(&t, "upper", upper);
    host_f32(&t, 0, "2x3", x);
    host_i64(&t, 1, "", &k);
    host_call(&t);
    host_gives_f32(&t, 0, "2x3", want);
    host_end(&t);
}

Test(made, triangles)
{
    const float x[] = {1, 2, 3, 4, 5, 6}, none[6] = {0};
    triangle(1, 0, (float[]){1, 2, 3, 0, 5, 6});
    triangle(0, 0, (float[]){1, 0, 0, 4, 5, 0});
    triangle(1, 1, (float[]){0, 2, 3, 0, 0, 6});
    triangle(0, -1, (float[]){0, 0, 0, 4, 0, 0});
    triangle(1, INT64_MIN, x);
    triangle(0, INT64_MAX, x);
    triangle(1, INT64_MAX, none);
    triangle(0, INT64_MIN, none);
}

Test(made, eyes)
{
    struct host_test t = host_begin("EyeLike", "", 9, 1, 1);
    host_int(&t, "k", 1);
    host_int(&t, "dtype", DTYPE_I64);
    host_f32(&t, 0, "2x3", (float[6]){0});
    host_call(&t);
    host_gives_i64(&t, 0, "2x3", (int64_t[]){0, 1, 0, 0, 0, 1});
    host_end(&t);
}

Test(made, ranges)
{
    struct host_test t = host_begin("Range", "", 11, 3, 1);
    host_i64(&t, 0, "", (int64_t[]){10});
    host_i64(&t, 1, "", (int64_t[]){4});
    host_i64(&t, 2, "", (int64_t[]){-3});
    host_call(&t);
    host_gives_i64(&t, 0, "2", (int64_t[]){10, 7});
    host_i64(&t, 2, "", (int64_t[]){0});
    cr_expect_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("Range", "", 11, 3, 1);
    host_f32(&t, 0, "", (float[]){1});
    host_f32(&t, 1, "", (float[]){2});
    host_f32(&t, 2, "", (float[]){0.5F});
    host_call(&t);
    host_gives_f32(&t, 0, "2", (float[]){1, 1.5F});
    host_end(&t);
}

Test(made, sizes)
{
    struct host_test t = host_begin("Size", "", 13, 1, 1);
    host_f32(&t, 0, "2x3", (float[6]){0});
    host_call(&t);
    host_gives_i64(&t, 0, "", (int64_t[]){6});
    host_end(&t);
}

/* The numbers of a run, and the same again. */
static void drawn(const char *name, int likes, float least, float most)
{
    float first[64] = {0};
    for (int run = 0; run < 2; run++) {
        struct host_test t = host_begin(name, "", 15, likes, 1);
        static const int64_t shape[] = {64};
        float in[64];
        for (int i = 0; i < 64; i++)
            in[i] = 0.5F;
        host_float(&t, "seed", 3);
        host_ints(&t, "shape", shape, 1);
        if (likes)
            host_f32(&t, 0, "64", in);
        host_call(&t);
        const float *y = host_gives(&t, 0, DTYPE_F32, "64");
        float sum = 0;
        for (int i = 0; i < 64; i++) {
            cr_expect(y[i] >= least && y[i] <= most);
            cr_expect(run == 0 || y[i] == first[i]);
            sum += first[i] = y[i];
        }
        cr_expect(sum / 64 > (least + most) / 2 - 0.5F &&
                  sum / 64 < (least + most) / 2 + 0.5F);
        host_end(&t);
    }
}

Test(made, numbers_are_drawn_the_same_from_the_same_seed)
{
    drawn("RandomUniform", 0, 0, 1);
    drawn("RandomUniformLike", 1, 0, 1);
    drawn("RandomNormal", 0, -6, 6);
    drawn("RandomNormalLike", 1, -6, 6);
    drawn("Bernoulli", 1, 0, 1);
}

Test(made, classes_are_drawn_by_their_logarithms)
{
    struct host_test t = host_begin("Multinomial", "", 13, 1, 1);
    host_int(&t, "sample_size", 4);
    host_f32(&t, 0, "2x2", (float[]){0, -200, -200, 0});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "2x4",
                    (int32_t[]){0, 0, 0, 0, 1, 1, 1, 1});
    host_end(&t);
}
