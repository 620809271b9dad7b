#include "graph/convert.h"

#include <math.h>
#include <string.h>

/* --- half and bfloat16 ------------------------------------------------- */

float convert_bf16(uint16_t h)
{
    uint32_t bits = (uint32_t)h << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

uint16_t convert_to_bf16(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    if ((bits & 0x7fffffffU) > 0x7f800000U)
        return (uint16_t)(bits >> 16 | 0x40U); /* stays a NaN */
    uint32_t even = bits >> 16 & 1U;
    return (uint16_t)((bits + 0x7fffU + even) >> 16);
}

float convert_f16(uint16_t h)
{
    int exponent = h >> 10 & 31, fraction = h & 1023;
    float f;
    if (exponent == 31)
        f = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        f = ldexpf((float)fraction, -24);
    else
        f = ldexpf((float)(fraction + 1024), exponent - 25);
    return h & 0x8000 ? -f : f;
}

uint16_t convert_to_f16(float f)
{
    uint16_t sign = signbit(f) ? 0x8000 : 0;
    float a = fabsf(f);
    if (isnan(f))
        return (uint16_t)(sign | 0x7e00);
    if (a >= 65520.0F) /* halfway to what would be the next one */
        return (uint16_t)(sign | 0x7c00);
    int exponent = 0;
    (void)frexpf(a, &exponent); /* a = m * 2^exponent, 0.5 <= m < 1 */
    if (a < 0x1p-14F) /* subnormal: a count of 2^-24 */
        return (uint16_t)(sign | (uint16_t)nearbyintf(ldexpf(a, 24)));
    /* A fraction that rounds up to 2048 carries into the exponent. */
    uint16_t fraction = (uint16_t)nearbyintf(ldexpf(a, 11 - exponent));
    return (uint16_t)(sign | (((exponent + 13) << 10) + fraction));
}

/* --- to and from wide types -------------------------------------------- */

#define EACH_PLAIN(X)                                                        \
    X(DTYPE_F32, float)                                                      \
    X(DTYPE_F64, double)                                                     \
    X(DTYPE_I8, int8_t)                                                      \
    X(DTYPE_I16, int16_t)                                                    \
    X(DTYPE_I32, int32_t)                                                    \
    X(DTYPE_I64, int64_t)                                                    \
    X(DTYPE_U8, uint8_t)                                                     \
    X(DTYPE_U16, uint16_t)                                                   \
    X(DTYPE_U32, uint32_t)                                                   \
    X(DTYPE_U64, uint64_t)                                                   \
    X(DTYPE_BOOL, uint8_t)

int convert_can(enum dtype t)
{
    return t == DTYPE_F16 || t == DTYPE_BF16 ||
           (dtype_size(t) > 0 && t != DTYPE_C64 && t != DTYPE_C128);
}

static float half(enum dtype t, uint16_t h)
{
    return t == DTYPE_F16 ? convert_f16(h) : convert_bf16(h);
}

/* From a double at once to a half would round twice only where float's 24
 * bits fall on a tie: odd rounding of the last bit prevents that. */
static uint16_t to_half(enum dtype t, double x)
{
    float f = (float)x;
    if (isfinite(f) && (double)f != x) {
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        if (fabs((double)f) > fabs(x))
            bits--;
        bits |= 1U;
        memcpy(&f, &bits, sizeof bits);
    }
    return t == DTYPE_F16 ? convert_to_f16(f) : convert_to_bf16(f);
}

void convert_to_f64(double *out, const struct tensor *t, int64_t from,
                    int64_t n)
{
    switch (t->dtype) {
#define X(dtype, type)                                                       \
    case dtype:                                                              \
        for (int64_t i = 0; i < n; i++)                                      \
            out[i] = (double)((const type *)t->data)[from + i];              \
        return;
        EACH_PLAIN(X)
#undef X
    default:
        for (int64_t i = 0; i < n; i++)
            out[i] = (double)half(t->dtype,
                                  ((const uint16_t *)t->data)[from + i]);
    }
}

void convert_to_i64(int64_t *out, const struct tensor *t, int64_t from,
                    int64_t n)
{
    switch (t->dtype) {
#define X(dtype, type)                                                       \
    case dtype:                                                              \
        for (int64_t i = 0; i < n; i++)                                      \
            out[i] = (int64_t)((const type *)t->data)[from + i];             \
        return;
        X(DTYPE_I8, int8_t)
        X(DTYPE_I16, int16_t)
        X(DTYPE_I32, int32_t)
        X(DTYPE_I64, int64_t)
        X(DTYPE_U8, uint8_t)
        X(DTYPE_U16, uint16_t)
        X(DTYPE_U32, uint32_t)
        X(DTYPE_U64, uint64_t)
        X(DTYPE_BOOL, uint8_t)
#undef X
    default:
        for (int64_t i = 0; i < n; i++) {
            double x;
            convert_to_f64(&x, t, from + i, 1);
            /* A cast of what does not fit is undefined. */
            if (isnan(x))
                out[i] = 0;
            else if (x >= 0x1p63)
                out[i] = INT64_MAX;
            else
                out[i] = x < -0x1p63 ? INT64_MIN : (int64_t)x;
        }
    }
}

static double within(double x, double least, double most)
{
    if (isnan(x))
        return 0.0;
    x = nearbyint(x);
    return x < least ? least : x > most ? most : x;
}

/* `most` is the greatest double that the type holds. */
#define EACH_INTEGER(X)                                                      \
    X(DTYPE_I8, int8_t, INT8_MIN, INT8_MAX)                                  \
    X(DTYPE_I16, int16_t, INT16_MIN, INT16_MAX)                              \
    X(DTYPE_I32, int32_t, INT32_MIN, INT32_MAX)                              \
    X(DTYPE_I64, int64_t, -0x1p63, 0x1.fffffffffffffp62)                     \
    X(DTYPE_U8, uint8_t, 0, UINT8_MAX)                                       \
    X(DTYPE_U16, uint16_t, 0, UINT16_MAX)                                    \
    X(DTYPE_U32, uint32_t, 0, UINT32_MAX)                                    \
    X(DTYPE_U64, uint64_t, 0, 0x1.fffffffffffffp63)

void convert_from_f64(struct tensor *t, int64_t from, int64_t n,
                      const double *in)
{
    switch (t->dtype) {
    case DTYPE_F32:
        for (int64_t i = 0; i < n; i++)
            ((float *)t->data)[from + i] = (float)in[i];
        return;
    case DTYPE_F64:
        memcpy((double *)t->data + from, in, (size_t)n * sizeof *in);
        return;
    case DTYPE_BOOL:
        for (int64_t i = 0; i < n; i++)
            ((uint8_t *)t->data)[from + i] = in[i] != 0.0;
        return;
#define X(dtype, type, least, most)                                          \
    case dtype:                                                              \
        for (int64_t i = 0; i < n; i++)                                      \
            ((type *)t->data)[from + i] =                                    \
                (type)within(in[i], (double)(least), (double)(most));        \
        return;
        EACH_INTEGER(X)
#undef X
    default:
        for (int64_t i = 0; i < n; i++)
            ((uint16_t *)t->data)[from + i] = to_half(t->dtype, in[i]);
    }
}

void convert_from_i64(struct tensor *t, int64_t from, int64_t n,
                      const int64_t *in)
{
    switch (t->dtype) {
    case DTYPE_BOOL:
        for (int64_t i = 0; i < n; i++)
            ((uint8_t *)t->data)[from + i] = in[i] != 0;
        return;
#define X(dtype, type, least, most)                                          \
    case dtype:                                                              \
        for (int64_t i = 0; i < n; i++)                                      \
            ((type *)t->data)[from + i] = (type)in[i];                       \
        return;
        EACH_INTEGER(X)
#undef X
    default:
        for (int64_t i = 0; i < n; i++) {
            double x = (double)in[i];
            convert_from_f64(t, from + i, 1, &x);
        }
    }
}

/* --- whole tensors ----------------------------------------------------- */

enum { CHUNK = 256 };

/* Floats, and integers that become floats, go through doubles. */
static void cast_floats(struct tensor *to, const struct tensor *t, int64_t n)
{
    double x[CHUNK];
    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = n - i < CHUNK ? n - i : CHUNK;
        convert_to_f64(x, t, i, some);
        convert_from_f64(to, i, some, x);
    }
}

static void cast_integers(struct tensor *to, const struct tensor *t,
                          int64_t n)
{
    int64_t x[CHUNK];
    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = n - i < CHUNK ? n - i : CHUNK;
        convert_to_i64(x, t, i, some);
        convert_from_i64(to, i, some, x);
    }
}

int convert_tensor(struct tensor **out, struct tensor *t, enum dtype to,
                   struct prune_error *err)
{
    if (t->dtype == to) {
        *out = tensor_ref(t);
        return 0;
    }
    if (!convert_can(t->dtype) || !convert_can(to))
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "%s cannot be converted to %s", dtype_name(t->dtype),
                       dtype_name(to));
    struct tensor *made = NULL;
    int rc = tensor_new(&made, to, &t->shape, err);
    if (rc)
        return rc;
    if (dtype_is_float(to) || to == DTYPE_BOOL)
        cast_floats(made, t, tensor_numel(t));
    else
        cast_integers(made, t, tensor_numel(t));
    *out = made;
    return 0;
}
