#include "engine/nd.h"
#include "engine/prim.h"

#define LARGEST ((int64_t)1 << 40)

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    const struct prim_pad *d = &p->pad;
    if (x->rank != o->rank)
        return "the ranks of input and output differ";
    for (int i = 0; i < x->rank; i++) {
        int64_t low = d->low[i], high = d->high[i], n = x->dims[i];
        if (low < -LARGEST || low > LARGEST || high < -LARGEST ||
            high > LARGEST || o->dims[i] != n + low + high)
            return "the output's sizes do not fit the padding";
        if (d->mode == PAD_REFLECT && (low >= n || high >= n) &&
            (low > 0 || high > 0))
            return "a reflection must be shorter than the axis";
        if (d->mode == PAD_EDGE && n == 0 && o->dims[i] > 0)
            return "an empty axis has no edge";
    }
    return NULL;
}

/* Where output position i of an axis of n comes from; -1: nowhere. */
static int64_t source(enum pad_mode mode, int64_t i, int64_t low, int64_t n)
{
    int64_t j = i - low;
    if (j >= 0 && j < n)
        return j;
    if (mode == PAD_REFLECT)
        return j < 0 ? -j : 2 * (n - 1) - j;
    if (mode == PAD_EDGE)
        return j < 0 ? 0 : n - 1;
    return -1;
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    int64_t index[MAX_RANK] = {0}, steps[MAX_RANK] = {0};
    if (shape_numel(o) == 0)
        return;
    nd_strides(x, steps);
    do {
        int64_t at = 0;
        int inside = 1;
        for (int i = 0; i < o->rank; i++) {
            int64_t j = source(p->pad.mode, index[i], p->pad.low[i],
                               x->dims[i]);
            inside &= j >= 0;
            at += j * steps[i];
        }
        *out++ = inside ? in[0][at] : p->pad.value;
    } while (nd_next(index, o->dims, o->rank));
}

const struct prim_kind prim_pad = {
    .name = "pad",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
