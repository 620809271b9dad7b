#include <math.h>

#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    if (!shape_equal(x, &slots[p->out].shape))
        return "the shapes of input and output differ";
    return p->softmax.axis >= 0 && p->softmax.axis < x->rank
               ? NULL
               : "there is no such axis";
}

/* n elements, `step` apart */
static void line(float *out, const float *x, int64_t n, int64_t step,
                 int take_log)
{
    float most = -INFINITY;
    for (int64_t i = 0; i < n; i++)
        most = x[i * step] > most ? x[i * step] : most;
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += exp((double)x[i * step] - (double)most);
    double log_sum = log(sum);
    for (int64_t i = 0; i < n; i++) {
        double y = (double)x[i * step] - (double)most - log_sum;
        out[i * step] = (float)(take_log ? y : exp(y));
    }
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    int axis = p->softmax.axis;
    int64_t outer = shape_span(x, 0, axis), n = x->dims[axis];
    int64_t inner = shape_span(x, axis + 1, x->rank);
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++)
            line(out + o * n * inner + i, in[0] + o * n * inner + i, n,
                 inner, p->softmax.log);
}

const struct prim_kind prim_softmax = {
    .name = "softmax",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
