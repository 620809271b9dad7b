#include "engine/nd.h"
#include "engine/prim.h"

#define LARGEST ((int64_t)1 << 40)

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    if (x->rank != o->rank)
        return "the ranks of input and output differ";
    for (int i = 0; i < o->rank; i++) {
        int64_t n = o->dims[i], start = p->slice.start[i];
        int64_t step = p->slice.step[i];
        if (n == 0)
            continue;
        if (step == 0 || step < -LARGEST || step > LARGEST || start < 0 ||
            start >= x->dims[i] || n > x->dims[i])
            return "the slice starts outside of its input";
        int64_t room = step > 0 ? x->dims[i] - 1 - start : start;
        if (n - 1 > room / (step > 0 ? step : -step))
            return "the slice ends outside of its input";
    }
    return NULL;
}

/* out[i...] = x[start + i * step] */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *o = &slots[p->out].shape;
    int64_t own[MAX_RANK] = {0}, steps[MAX_RANK] = {0}, first = 0;
    nd_strides(&slots[p->in[0]].shape, own);
    if (shape_numel(o) == 0)
        return;
    for (int i = 0; i < o->rank; i++) {
        first += p->slice.start[i] * own[i];
        steps[i] = p->slice.step[i] * own[i];
    }
    nd_gather(out, o, in[0] + first, steps);
}

const struct prim_kind prim_slice = {
    .name = "slice",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
