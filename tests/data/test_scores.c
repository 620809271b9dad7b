#include "data/scores.h"

#include <criterion/criterion.h>
#include <math.h>

Test(scores, counts_classes_only_where_there_is_one_score_each)
{
    static const struct {
        struct shape shape;
        int64_t classes;
    } cases[] = {
        {{2, {4, 10}}, 10},        {{4, {4, 10, 1, 1}}, 10},
        {{3, {4, 1, 10}}, 10},     {{3, {4, 5, 10}}, 0},
        {{2, {3, 10}}, 0},         {{2, {4, 1}}, 0},
        {{1, {4}}, 0},             {{-1, {0}}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(scores_classes(&cases[i].shape, 4), cases[i].classes,
                     "case %zu", i);
}

Test(scores, takes_the_first_of_equal_scores)
{
    const float s[] = {1, 7, 7, 3};
    cr_assert_eq(scores_best(s, 4), 1);
}

Test(scores, entropy_of_logits_and_of_probabilities_agree)
{
    const float logits[] = {1, 2, 4};
    float p[3];
    double sum = exp(1.0) + exp(2.0) + exp(4.0);
    for (int i = 0; i < 3; i++)
        p[i] = (float)(exp((double)logits[i]) / sum);
    for (int i = 0; i < 3; i++) {
        cr_assert_float_eq(scores_entropy(logits, 3, i, 0),
                           log(sum) - (double)logits[i], 1e-9);
        cr_assert_float_eq(scores_entropy(p, 3, i, 1),
                           scores_entropy(logits, 3, i, 0), 1e-5);
    }
    /* Large scores do not overflow, and a probability of 0 is no infinity. */
    const float large[] = {1000, 0}, zero[] = {0, 1};
    cr_assert_float_eq(scores_entropy(large, 2, 1, 0), 1000, 1e-6);
    cr_assert(isfinite(scores_entropy(zero, 2, 0, 1)));
}
