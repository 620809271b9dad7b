#include <math.h>

#include "engine/nd.h"
#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    struct shape both;
    if ((int)p->binary.f < 0 || p->binary.f > BIN_PRELU)
        return "the function is unknown";
    if (shape_broadcast(&both, &slots[p->in[0]].shape,
                        &slots[p->in[1]].shape, NULL) != 0)
        return "the shapes of its inputs do not broadcast";
    return shape_equal(&both, &slots[p->out].shape)
               ? NULL
               : "the output's shape is not that of its inputs together";
}

static float apply(enum binary f, float a, float b)
{
    switch (f) {
    case BIN_ADD:
        return a + b;
    case BIN_SUB:
        return a - b;
    case BIN_MUL:
        return a * b;
    case BIN_DIV:
        return a / b;
    case BIN_MAX:
        return a > b ? a : b;
    case BIN_MIN:
        return a < b ? a : b;
    case BIN_POW:
        return powf(a, b);
    case BIN_PRELU:
        return a >= 0.0F ? a : a * b;
    }
    return a;
}

/* a, b broadcast to out */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *o = &slots[p->out].shape;
    int64_t a[MAX_RANK] = {0}, b[MAX_RANK] = {0}, index[MAX_RANK] = {0};
    if (shape_numel(o) == 0)
        return;
    nd_broadcast_strides(&slots[p->in[0]].shape, o, a);
    nd_broadcast_strides(&slots[p->in[1]].shape, o, b);
    int last = o->rank > 0 ? o->rank - 1 : 0;
    int64_t n = o->rank > 0 ? o->dims[last] : 1;
    do {
        const float *x = in[0] + nd_at(index, a, last);
        const float *y = in[1] + nd_at(index, b, last);
        for (int64_t i = 0; i < n; i++)
            *out++ = apply(p->binary.f, x[i * a[last]], y[i * b[last]]);
    } while (nd_next(index, o->dims, last));
}

const struct prim_kind prim_binary = {
    .name = "binary",
    .min_in = 2,
    .max_in = 2,
    .check = check,
    .run = run,
};
