#include "host.h"

/* covers: ops/negative_log_likelihood_loss ops/softmax_cross_entropy_loss
 * covers: ops/det ops/non_max_suppression */

Test(losses, negative_log_likelihood)
{
    struct host_test t =
        host_begin("NegativeLogLikelihoodLoss", "", 13, 3, 1);
    host_f32(&t, 0, "2x3x2",
             (float[]){1, 2, 2, 2, 3, 2, 0, 1, 2, 2, 1, 2});
    host_i64(&t, 1, "2x2", (int64_t[]){2, 1, 0, 2});
    host_f32(&t, 2, "3", (float[]){0.2F, 0.3F, 0.1F});
    host_call(&t);
    host_gives_f32(&t, 0, "", (float[]){-1.1F / 0.7F});
    host_text(&t, "reduction", "none");
    host_call(&t);
    host_gives_f32(&t, 0, "2x2", (float[]){-0.3F, -0.6F, 0, -0.2F});
    host_i64(&t, 1, "2x2", (int64_t[]){3, 1, 0, 2});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_int(&t, "ignore_index", 3);
    host_call(&t);
    host_gives_f32(&t, 0, "2x2", (float[]){0, -0.6F, 0, -0.2F});
    host_i64(&t, 1, "2", (int64_t[]){0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(losses, softmax_cross_entropy)
{
    struct host_test t = host_begin("SoftmaxCrossEntropyLoss", "", 13, 2, 2);
    host_f32(&t, 0, "2x2", (float[]){0, 0, 1000, 0});
    host_i64(&t, 1, "2", (int64_t[]){1, 0});
    host_call(&t);
    host_gives_f32(&t, 0, "", (float[]){0.5F * 0.693147F});
    host_gives_f32(&t, 1, "2x2",
                   (float[]){-0.693147F, -0.693147F, 0, -1000});
    host_text(&t, "reduction", "sum");
    host_call(&t);
    host_gives_f32(&t, 0, "", (float[]){0.693147F});
    host_end(&t);
}

Test(losses, det)
{
    struct host_test t = host_begin("Det", "", 11, 1, 1);
    host_f32(&t, 0, "3x2x2",
             (float[]){1, 2, 3, 4, 0, 1, 1, 0, 1, 2, 2, 4});
    host_call(&t);
    host_gives_f32(&t, 0, "3", (float[]){-2, -1, 0});
    host_f32(&t, 0, "1x2", (float[]){1, 2});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

/* Three boxes, of which the first two overlap by a third. */
Test(losses, non_max_suppression)
{
    struct host_test t = host_begin("NonMaxSuppression", "", 11, 5, 1);
    host_f32(&t, 0, "1x3x4",
             (float[]){0, 0, 2, 1, 3, 1, 1, 0, 9, 9, 10, 10});
    host_f32(&t, 1, "1x1x3", (float[]){0.5F, 0.9F, 0.1F});
    host_i64(&t, 2, "1", (int64_t[]){9});
    host_f32(&t, 3, "", (float[]){0.3F});
    host_f32(&t, 4, "", (float[]){0});
    host_call(&t);
    host_gives_i64(&t, 0, "2x3", (int64_t[]){0, 0, 1, 0, 0, 2});
    host_f32(&t, 3, "", (float[]){0.4F});
    host_call(&t);
    host_gives_i64(&t, 0, "3x3",
                   (int64_t[]){0, 0, 1, 0, 0, 0, 0, 0, 2});
    host_i64(&t, 2, "1", (int64_t[]){0});
    host_call(&t);
    host_gives_i64(&t, 0, "0x3", (int64_t[]){0});
    host_f32(&t, 1, "1x3x1", (float[]){0.5F, 0.9F, 0.1F});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}
