#include "engine/prim.h"

static int is_vector(const struct shape *s, int64_t n)
{
    return s->rank == 1 && s->dims[0] == n;
}

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    if (x->rank < 2)
        return "the input has no channel axis";
    if (!shape_equal(x, &slots[p->out].shape))
        return "the shapes of input and output differ";
    if (!is_vector(&slots[p->in[1]].shape, x->dims[1]) ||
        !is_vector(&slots[p->in[2]].shape, x->dims[1]))
        return "scale or shift does not fit the channels";
    return NULL;
}

/* x [N,C,…], scale [C], shift [C] */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const float *from = in[0];
    int64_t plane = shape_span(x, 2, x->rank);
    for (int64_t n = 0; n < x->dims[0]; n++)
        for (int64_t c = 0; c < x->dims[1]; c++)
            for (int64_t i = 0; i < plane; i++)
                *out++ = *from++ * in[1][c] + in[2][c];
}

const struct prim_kind prim_affine = {
    .name = "affine",
    .min_in = 3,
    .max_in = 3,
    .check = check,
    .run = run,
};
