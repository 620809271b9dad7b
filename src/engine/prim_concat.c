#include <string.h>

#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *o = &slots[p->out].shape;
    int axis = p->concat.axis;
    if (axis < 0 || axis >= o->rank)
        return "there is no such axis";
    int64_t together = 0;
    for (int k = 0; k < p->n_in; k++) {
        const struct shape *x = p->in[k] < 0 ? NULL : &slots[p->in[k]].shape;
        if (x == NULL || x->rank != o->rank)
            return "the ranks of its inputs differ";
        for (int i = 0; i < o->rank; i++)
            if (i != axis && x->dims[i] != o->dims[i])
                return "the inputs differ along another axis";
        together += x->dims[axis];
    }
    return together == o->dims[axis] ? NULL
                                     : "the output's size is not the sum";
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *o = &slots[p->out].shape;
    int axis = p->concat.axis;
    int64_t outer = shape_span(o, 0, axis);
    for (int64_t r = 0; r < outer; r++)
        for (int k = 0; k < p->n_in; k++) {
            const struct shape *x = &slots[p->in[k]].shape;
            int64_t n = shape_span(x, axis, x->rank);
            memcpy(out, in[k] + r * n, (size_t)n * sizeof *out);
            out += n;
        }
}

const struct prim_kind prim_concat = {
    .name = "concat",
    .min_in = 1,
    .max_in = -1,
    .check = check,
    .run = run,
};
