#include "engine/nd.h"
#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    unsigned seen = 0;
    if (x->rank != o->rank)
        return "the ranks of input and output differ";
    for (int i = 0; i < o->rank; i++) {
        int from = p->transpose.perm[i];
        if (from < 0 || from >= x->rank || (seen >> from & 1))
            return "the order of axes is no permutation";
        seen |= 1U << from;
        if (o->dims[i] != x->dims[from])
            return "the output's sizes do not fit the order of axes";
    }
    return NULL;
}

/* out axis i is in axis perm[i] */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *o = &slots[p->out].shape;
    int64_t own[MAX_RANK] = {0}, steps[MAX_RANK] = {0};
    nd_strides(&slots[p->in[0]].shape, own);
    for (int i = 0; i < o->rank; i++)
        steps[i] = own[p->transpose.perm[i]];
    nd_gather(out, o, in[0], steps);
}

const struct prim_kind prim_transpose = {
    .name = "transpose",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
