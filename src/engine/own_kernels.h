/* The kernels, for vectors of OWN_WIDTH numbers; own_*.c include this once
 * for each level. Not a header of declarations. */

#include <omp.h>

#include "base/alloc.h"

#pragma GCC optimize("O3")
#pragma GCC optimize("fp-contract=fast")

enum { W = OWN_WIDTH };

typedef float vf __attribute__((vector_size(4 * OWN_WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * OWN_WIDTH)));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

INLINE vf load(const float *p)
{
    vf v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, vf v)
{
    memcpy(p, &v, sizeof v);
}

/* The first n < W numbers, then zeros. */
INLINE vf load_part(const float *p, int64_t n)
{
    float all[OWN_WIDTH] = {0};
    for (int64_t i = 0; i < n; i++)
        all[i] = p[i];
    return load(all);
}

INLINE void store_part(float *p, vf v, int64_t n)
{
    float all[OWN_WIDTH];
    store(all, v);
    for (int64_t i = 0; i < n; i++)
        p[i] = all[i];
}

INLINE vf splat(float x)
{
    return x - (vf){0};
}

INLINE vf pick(vi mask, vf yes, vf no)
{
    return (vf)((mask & (vi)yes) | (~mask & (vi)no));
}

INLINE vf smaller(vf a, vf b)
{
    return pick(a < b, a, b);
}

INLINE vf larger(vf a, vf b)
{
    return pick(a > b, a, b);
}

INLINE float sum_of(vf v)
{
    float all[OWN_WIDTH], sum = 0.0F;
    store(all, v);
    for (int i = 0; i < W; i++)
        sum += all[i];
    return sum;
}

INLINE float most_of(vf v)
{
    float all[OWN_WIDTH];
    store(all, v);
    float most = all[0];
    for (int i = 1; i < W; i++)
        most = all[i] > most ? all[i] : most;
    return most;
}

/* --- functions ------------------------------------------------------- */

/* e^x after Cephes' expf: x = n log 2 + r, a polynomial in r. A NaN stays
 * one; what would overflow is the largest power. */
INLINE vf v_exp(vf x)
{
    const float round = 12582912.0F; /* 1.5 * 2^23: the sum has no fraction */
    x = pick(x > 88.37626F, splat(88.37626F), x);
    x = pick(x < -87.33654F, splat(-87.33654F), x);
    vf t = x * 1.44269504F + round, n = t - round;
    vf r = x - n * 0.693359375F + n * 2.12194440e-4F;
    vf p = 1.9875691500e-4F * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    return p * (vf)(((vi)t << 23) + (127 << 23));
}

INLINE vf v_sigmoid(vf x)
{
    return 1.0F / (1.0F + v_exp(-x));
}

INLINE vf v_abs(vf x)
{
    return (vf)((vi)x & 0x7fffffff);
}

/* tanh x after Cephes: a polynomial near 0, else by e^2x. */
INLINE vf v_tanh(vf x)
{
    vf a = v_abs(x), z = x * x;
    vf p = -5.70498872745e-3F * z + 2.06390887954e-2F;
    p = p * z - 5.37397155531e-2F;
    p = p * z + 1.33314422036e-1F;
    p = p * z - 3.33332819422e-1F;
    vf near = p * z * x + x;
    vf far = 1.0F - 2.0F / (v_exp(a + a) + 1.0F);
    far = (vf)((vi)far | ((vi)x & (vi)splat(-0.0F)));
    return pick(a < 0.625F, near, far);
}

/* erf x as a quotient of polynomials on [-3.84, 3.84], beyond which it is 1
 * in single precision (coefficients as in XLA's and Eigen's). */
INLINE vf v_erf(vf x)
{
    x = pick(x > 3.832506856900711F, splat(3.832506856900711F), x);
    x = pick(x < -3.832506856900711F, splat(-3.832506856900711F), x);
    vf z = x * x;
    vf p = 0.00022905065861350646F * z + 0.0034082910107109506F;
    p = p * z + 0.050955695062380861F;
    p = p * z + 0.18520832239976145F;
    p = p * z + 1.128379143519084F;
    vf q = -1.1791602954361697e-7F * z + 0.000023547966471313185F;
    q = q * z + 0.0010179625278914885F;
    q = q * z + 0.014070470171167667F;
    q = q * z + 0.11098505178285362F;
    q = q * z + 0.49746925110067538F;
    q = q * z + 1.0F;
    return x * p / q;
}

/* --- element by element ---------------------------------------------- */

#define MAP(expression)                                                       \
    do {                                                                      \
        for (; i + W <= n; i += W) {                                          \
            vf v = load(x + i);                                               \
            store(out + i, (expression));                                     \
        }                                                                     \
        if (i < n) {                                                          \
            vf v = load_part(x + i, n - i);                                   \
            store_part(out + i, (expression), n - i);                         \
        }                                                                     \
    } while (0)

static int map_range(const struct prim_eltwise *e, const float *x,
                     float *out, int64_t n)
{
    int64_t i = 0;
    switch (e->f) {
    case ELT_ERF:
        MAP(v_erf(v));
        return 1;
    case ELT_GELU:
        MAP(0.5F * v * (1.0F + v_erf(v * 0.70710678F)));
        return 1;
    case ELT_GELU_TANH:
        MAP(0.5F * v *
            (1.0F + v_tanh(0.79788456F * (v + 0.044715F * v * v * v))));
        return 1;
    case ELT_RECIPROCAL:
        MAP(1.0F / v);
        return 1;
    case ELT_POW:
        if (e->alpha == 2.0F)
            MAP(v *v);
        else if (e->alpha == 3.0F)
            MAP(v *v *v);
        else
            return 0;
        return 1;
    default:
        return 0;
    }
}

enum { MAP_PIECE = 16384 };

static int map(const struct prim_eltwise *e, const float *x, float *out,
               int64_t n)
{
    if (n <= MAP_PIECE)
        return map_range(e, x, out, n);
    int64_t pieces = (n + MAP_PIECE - 1) / MAP_PIECE;
    int done = 1;
#pragma omp parallel for reduction(& : done)
    for (int64_t k = 0; k < pieces; k++) {
        int64_t from = k * MAP_PIECE;
        int64_t m = n - from < MAP_PIECE ? n - from : MAP_PIECE;
        done &= map_range(e, x + from, out + from, m);
    }
    return done;
}

/* --- scale and shift by channel -------------------------------------- */

INLINE vf affine_of(vf x, vf scale, vf shift, int relu)
{
    vf y = x * scale + shift;
    return relu ? pick(y < 0.0F, (vf){0}, y) : y;
}

INLINE float affine_one(float x, float scale, float shift, int relu)
{
    float y = x * scale + shift;
    return relu && y < 0.0F ? 0.0F : y;
}

/* n numbers of one channel */
static void affine_plane(float *out, const float *x, int64_t n, float scale,
                         float shift, int relu)
{
    int64_t i = 0;
    for (; i + W <= n; i += W)
        store(out + i, affine_of(load(x + i), splat(scale), splat(shift),
                                 relu));
    for (; i < n; i++)
        out[i] = affine_one(x[i], scale, shift, relu);
}

/* one number of each of n channels */
static void affine_run(float *out, const float *x, int64_t n,
                       const float *scale, const float *shift, int relu)
{
    int64_t i = 0;
    for (; i + W <= n; i += W)
        store(out + i, affine_of(load(x + i), load(scale + i),
                                 load(shift + i), relu));
    for (; i < n; i++)
        out[i] = affine_one(x[i], scale[i], shift[i], relu);
}

static void affine(const struct own_affine *a, const float *x, float *out)
{
    int64_t size = a->inner * a->run, n = a->outer * a->blocks;
#pragma omp parallel for if (n > 1 && n * size > 65536)
    for (int64_t k = 0; k < n; k++) {
        int64_t from = k % a->blocks * a->run;
        const float *in = x + k * size;
        float *to = out + k * size;
        if (a->run == 1)
            affine_plane(to, in, size, a->scale[from], a->shift[from],
                         a->relu);
        for (int64_t i = 0; a->run > 1 && i < a->inner; i++)
            affine_run(to + i * a->run, in + i * a->run, a->run,
                       a->scale + from, a->shift + from, a->relu);
    }
}

/* --- normalisation of rows ------------------------------------------- */

/* The sum of f over a row, f an expression in the vector v. */
#define ROW_SUM(out, expression)                                              \
    do {                                                                      \
        vf s0 = {0}, s1 = {0};                                                \
        int64_t i = 0;                                                        \
        for (; i + 2 * W <= n; i += 2 * W) {                                  \
            vf v = load(x + i);                                               \
            s0 += (expression);                                               \
            v = load(x + i + W);                                              \
            s1 += (expression);                                               \
        }                                                                     \
        for (; i + W <= n; i += W) {                                          \
            vf v = load(x + i);                                               \
            s0 += (expression);                                               \
        }                                                                     \
        (out) = sum_of(s0 + s1);                                              \
        for (; i < n; i++) {                                                  \
            float v = x[i];                                                   \
            (out) += (expression);                                            \
        }                                                                     \
    } while (0)

static void normalise_row(float *out, const float *x, int64_t n,
                          const float *scale, const float *shift,
                          float epsilon)
{
    float sum, squares;
    ROW_SUM(sum, v);
    float mean = sum / (float)n;
    ROW_SUM(squares, (v - mean) * (v - mean));
    float factor = 1.0F / sqrtf(squares / (float)n + epsilon);
    int64_t i = 0;
    for (; i + W <= n; i += W) {
        vf v = (load(x + i) - mean) * factor;
        if (scale != NULL)
            v *= load(scale + i);
        if (shift != NULL)
            v += load(shift + i);
        store(out + i, v);
    }
    for (; i < n; i++) {
        float v = (x[i] - mean) * factor;
        v = scale != NULL ? v * scale[i] : v;
        out[i] = shift != NULL ? v + shift[i] : v;
    }
}

static void layernorm(const struct own_call *c)
{
    const struct shape *s = &c->slots[c->prim->in[0]].shape;
    int axis = c->prim->layernorm.axis;
    int64_t rows = shape_span(s, 0, axis), n = shape_span(s, axis, s->rank);
    const float *scale = c->prim->n_in > 1 ? c->in[1] : NULL;
    const float *shift = c->prim->n_in > 2 ? c->in[2] : NULL;
#pragma omp parallel for if (rows * n > 16384)
    for (int64_t i = 0; i < rows; i++)
        normalise_row(c->out + i * n, c->in[0] + i * n, n, scale, shift,
                      c->prim->layernorm.epsilon);
}

#include "engine/own_binary.h"
#include "engine/own_gemm.h"
/* needs own_gemm.h */
#include "engine/own_attention.h"
#include "engine/own_dense.h"
#include "engine/own_rnn.h"

static const struct own_kernel kernels[] = {
    {.kind = &prim_layernorm, .run = layernorm, .in_place = 1},
    {.kind = &prim_binary, .takes = binary_takes, .run = binary},
    {.kind = &prim_matmul, .takes = dense_takes, .run = dense,
     .scratch = dense_scratch, .packed = dense_packed, .pack = dense_pack},
    {.kind = &prim_attention, .run = attention,
     .scratch = attention_scratch},
    {.kind = &prim_rnn, .takes = rnn_takes, .run = rnn,
     .scratch = rnn_scratch, .packed = rnn_packed, .pack = rnn_pack},
};

const struct own_set OWN_SET = {
    .level = OWN_LEVEL,
    .map = map,
    .affine = affine,
    .kernels = kernels,
    .n_kernels = sizeof kernels / sizeof *kernels,
};
