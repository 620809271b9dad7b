#include <math.h>

#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    if (!shape_equal(&slots[p->in[0]].shape, &slots[p->out].shape))
        return "the shapes of input and output differ";
    return (int)p->eltwise.f >= 0 && p->eltwise.f <= ELT_MISH
               ? NULL
               : "the function is unknown";
}

static float clip(float x, float low, float high)
{
    return fminf(fmaxf(x, low), high);
}

static float softplus(float x)
{
    return x > 0.0F ? x + log1pf(expf(-x)) : log1pf(expf(x));
}

static float apply(const struct prim_eltwise *e, float x)
{
    float a = e->alpha, b = e->beta;
    switch (e->f) {
    case ELT_RELU:
        return x > 0.0F ? x : 0.0F;
    case ELT_CLIP:
        return clip(x, a, b);
    case ELT_SIGMOID:
        return 1.0F / (1.0F + expf(-x));
    case ELT_TANH:
        return tanhf(x);
    case ELT_HARDSIGMOID:
        return clip(a * x + b, 0.0F, 1.0F);
    case ELT_HARDSWISH:
        return x * clip(x / 6.0F + 0.5F, 0.0F, 1.0F);
    case ELT_LEAKY:
        return x >= 0.0F ? x : a * x;
    case ELT_ELU:
        return x >= 0.0F ? x : a * expm1f(x);
    case ELT_EXP:
        return expf(x);
    case ELT_SQRT:
        return sqrtf(x);
    case ELT_LINEAR:
        return a * x + b;
    case ELT_ABS:
        return fabsf(x);
    case ELT_NEG:
        return -x;
    case ELT_SOFTPLUS:
        return softplus(x);
    case ELT_ERF:
        return erff(x);
    case ELT_GELU:
        return 0.5F * x * (1.0F + erff(x * 0.70710678F));
    case ELT_SWISH:
        return x / (1.0F + expf(-x));
    case ELT_LOG:
        return logf(x);
    case ELT_POW:
        return powf(x, a);
    case ELT_RECIPROCAL:
        return 1.0F / x;
    case ELT_GELU_TANH:
        return 0.5F * x *
               (1.0F + tanhf(0.79788456F * (x + 0.044715F * x * x * x)));
    case ELT_MISH:
        return x * tanhf(softplus(x));
    }
    return x;
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    int64_t n = shape_numel(&slots[p->out].shape);
    for (int64_t i = 0; i < n; i++)
        out[i] = apply(&p->eltwise, in[0][i]);
}

const struct prim_kind prim_eltwise = {
    .name = "eltwise",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
