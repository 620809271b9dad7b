#include "ops/activation.h"

#include <math.h>
#include <strings.h>

typedef float apply_f(float x, float alpha, float beta);

#define FUNCTION(name, expression)                                           \
    static float name(float x, float alpha, float beta)                      \
    {                                                                        \
        (void)alpha;                                                         \
        (void)beta;                                                          \
        return expression;                                                   \
    }

static float least(float a, float b)
{
    return a < b ? a : b;
}

static float most(float a, float b)
{
    return a > b ? a : b;
}

FUNCTION(affine, alpha * x + beta)
FUNCTION(elu, x >= 0.0F ? x : alpha * expm1f(x))
FUNCTION(hard_sigmoid, most(0.0F, least(1.0F, alpha * x + beta)))
FUNCTION(leaky, x >= 0.0F ? x : alpha * x)
FUNCTION(relu, most(x, 0.0F))
FUNCTION(scaled_tanh, alpha * tanhf(beta * x))
FUNCTION(sigmoid, 1.0F / (1.0F + expf(-x)))
FUNCTION(softplus, most(x, 0.0F) + log1pf(expf(-fabsf(x))))
FUNCTION(softsign, x / (1.0F + fabsf(x)))
FUNCTION(tanh_of, tanhf(x))
FUNCTION(threshold, x > alpha ? x : 0.0F)

static const struct {
    const char *name;
    apply_f *apply;
    int takes;
    float alpha, beta;
} table[] = {
    {"Affine", affine, 2, 1.0F, 0.0F},
    {"Elu", elu, 1, 1.0F, 0.0F},
    {"HardSigmoid", hard_sigmoid, 2, 0.2F, 0.5F},
    {"LeakyRelu", leaky, 1, 0.01F, 0.0F},
    {"Relu", relu, 0, 0.0F, 0.0F},
    {"ScaledTanh", scaled_tanh, 2, 1.0F, 1.0F},
    {"Sigmoid", sigmoid, 0, 0.0F, 0.0F},
    {"Softplus", softplus, 0, 0.0F, 0.0F},
    {"Softsign", softsign, 0, 0.0F, 0.0F},
    {"Tanh", tanh_of, 0, 0.0F, 0.0F},
    {"ThresholdedRelu", threshold, 1, 1.0F, 0.0F},
};

int ops_activation(struct activation *out, const char *name)
{
    for (int i = 0; i < (int)(sizeof table / sizeof *table); i++)
        if (strcasecmp(table[i].name, name) == 0) {
            *out = (struct activation){i, table[i].alpha, table[i].beta};
            return 0;
        }
    return -1;
}

int ops_activation_takes(const struct activation *a)
{
    return table[a->f].takes;
}

void ops_activate(const struct activation *a, float *x, int64_t n)
{
    apply_f *apply = table[a->f].apply;
    for (int64_t i = 0; i < n; i++)
        x[i] = apply(x[i], a->alpha, a->beta);
}

int ops_activation_keeps_zero(const struct activation *a)
{
    float zero = table[a->f].apply(0.0F, a->alpha, a->beta);
    return zero <= 0.0F && zero >= 0.0F;
}
