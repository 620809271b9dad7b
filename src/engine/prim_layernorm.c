#include <math.h>

#include "engine/prim.h"

static int64_t row_size(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    return shape_span(x, p->layernorm.axis, x->rank);
}

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    if (!shape_equal(x, &slots[p->out].shape))
        return "the shapes of input and output differ";
    if (p->layernorm.axis < 0 || p->layernorm.axis >= x->rank)
        return "there is no such axis";
    for (int i = 1; i < p->n_in; i++)
        if (p->in[i] >= 0 &&
            shape_numel(&slots[p->in[i]].shape) != row_size(p, slots))
            return "scale or shift does not fit the rows";
    return NULL;
}

/* x [n], scale [n] or NULL, shift [n] or NULL */
static void row(float *out, const float *x, int64_t n, const float *scale,
                const float *shift, double epsilon)
{
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i];
    double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        squares += ((double)x[i] - mean) * ((double)x[i] - mean);
    double factor = 1.0 / sqrt(squares / (double)n + epsilon);
    for (int64_t i = 0; i < n; i++) {
        double y = ((double)x[i] - mean) * factor;
        y *= scale != NULL ? (double)scale[i] : 1.0;
        out[i] = (float)(y + (shift != NULL ? (double)shift[i] : 0.0));
    }
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    int64_t rows = shape_span(x, 0, p->layernorm.axis);
    int64_t n = row_size(p, slots);
    for (int64_t i = 0; i < rows; i++)
        row(out + i * n, in[0] + i * n, n, p->n_in > 1 ? in[1] : NULL,
            p->n_in > 2 ? in[2] : NULL, (double)p->layernorm.epsilon);
}

const struct prim_kind prim_layernorm = {
    .name = "layernorm",
    .min_in = 1,
    .max_in = 3,
    .check = check,
    .run = run,
};
