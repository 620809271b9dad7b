#include "host.h"

/* covers: ops/hann_window ops/hamming_window ops/blackman_window
 * covers: ops/mel_weight_matrix ops/dft ops/stft ops/tfidf_vectorizer */

static void window(const char *type, const float *want, int periodic)
{
    struct host_test t = host_begin(type, "", 17, 1, 1);
    host_int(&t, "periodic", periodic);
    host_i64(&t, 0, "", (int64_t[]){4});
    host_call(&t);
    host_gives_f32(&t, 0, "4", want);
    host_i64(&t, 0, "", (int64_t[]){-1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(signals, windows)
{
    window("HannWindow", (float[]){0, 0.5F, 1, 0.5F}, 1);
    window("HannWindow", (float[]){0, 0.75F, 0.75F, 0}, 0);
    window("HammingWindow",
           (float[]){4.0F / 46, 25.0F / 46, 1, 25.0F / 46}, 1);
    window("BlackmanWindow", (float[]){0, 0.34F, 1, 0.34F}, 1);
}

Test(signals, mel)
{
    struct host_test t = host_begin("MelWeightMatrix", "", 17, 5, 1);
    host_i64(&t, 0, "", (int64_t[]){1});
    host_i64(&t, 1, "", (int64_t[]){4});
    host_i64(&t, 2, "", (int64_t[]){4000});
    host_f32(&t, 3, "", (float[]){0});
    host_f32(&t, 4, "", (float[]){2000});
    host_call(&t);
    cr_assert_eq(t.out[0]->tensor->shape.dims[0], 3);
    host_f32(&t, 4, "", (float[]){2e9F});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

/* Of 1, 2, 3: 6, then -1.5 and 0.866025 i; of 1, 0, 0, 0: ones. */
Test(signals, dft)
{
    struct host_test t = host_begin("DFT", "", 17, 1, 1);
    host_f32(&t, 0, "1x3x1", (float[]){1, 2, 3});
    host_call(&t);
    host_gives_f32(&t, 0, "1x3x2",
                   (float[]){6, 0, -1.5F, 0.866025F, -1.5F, -0.866025F});
    host_int(&t, "onesided", 1);
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2", (float[]){6, 0, -1.5F, 0.866025F});
    host_end(&t);
}

Test(signals, dft_there_and_back)
{
    struct host_test t = host_begin("DFT", "", 20, 3, 1);
    host_int(&t, "onesided", 1);
    host_f32(&t, 0, "6x1", (float[]){1, 5, -2, 3, 0, 4});
    host_i64(&t, 1, "", (int64_t[]){6});
    host_i64(&t, 2, "", (int64_t[]){-2});
    host_call(&t);
    struct host_test u = host_begin("DFT", "", 20, 3, 1);
    host_int(&u, "onesided", 1);
    host_int(&u, "inverse", 1);
    u.in[0] = datum_ref(t.out[0]);
    host_i64(&u, 1, "", (int64_t[]){6});
    host_call(&u);
    host_gives_f32(&u, 0, "6x1", (float[]){1, 5, -2, 3, 0, 4});
    host_i64(&u, 2, "", (int64_t[]){1});
    cr_assert_eq(host_try(&u), PRUNE_E_INPUT);
    host_end(&u);
    host_end(&t);
}

Test(signals, stft)
{
    struct host_test t = host_begin("STFT", "", 17, 3, 1);
    host_f32(&t, 0, "1x5x1", (float[]){1, 2, 3, 4, 5});
    host_i64(&t, 1, "", (int64_t[]){3});
    host_f32(&t, 2, "2", (float[]){1, 10});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2x2",
                   (float[]){21, 0, -19, 0, 54, 0, -46, 0});
    host_i64(&t, 1, "", (int64_t[]){0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(signals, tfidf)
{
    const int64_t pool[] = {2, 3, 2, 3, 3, 3}, counts[] = {0, 2},
                  indexes[] = {0, 1, 2, 3};
    const float weights[] = {10, 1, 2, 3};
    struct host_test t = host_begin("TfIdfVectorizer", "", 9, 1, 1);
    host_ints(&t, "pool_int64s", pool, 6);
    host_ints(&t, "ngram_counts", counts, 2);
    host_ints(&t, "ngram_indexes", indexes, 4);
    host_floats(&t, "weights", weights, 4);
    host_int(&t, "min_gram_length", 1);
    host_int(&t, "max_gram_length", 2);
    host_int(&t, "max_skip_count", 1);
    host_text(&t, "mode", "TFIDF");
    host_i64(&t, 0, "2x3", (int64_t[]){2, 3, 3, 7, 7, 2});
    host_call(&t);
    host_gives_f32(&t, 0, "2x4", (float[]){10, 2, 4, 3, 10, 0, 0, 0});
    host_end(&t);
}
