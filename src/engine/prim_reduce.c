#include <math.h>

#include "engine/nd.h"
#include "engine/prim.h"

/* The axes of x split into those that stay and those that shrink. */
struct split {
    int n_kept, n_gone;
    int64_t kept[MAX_RANK], kept_step[MAX_RANK];
    int64_t gone[MAX_RANK], gone_step[MAX_RANK];
};

static void split_axes(struct split *s, const struct shape *x, unsigned axes)
{
    int64_t steps[MAX_RANK] = {0};
    *s = (struct split){0};
    nd_strides(x, steps);
    for (int i = 0; i < x->rank; i++)
        if (axes >> i & 1) {
            s->gone[s->n_gone] = x->dims[i];
            s->gone_step[s->n_gone++] = steps[i];
        } else {
            s->kept[s->n_kept] = x->dims[i];
            s->kept_step[s->n_kept++] = steps[i];
        }
}

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    if (p->reduce.axes >> x->rank != 0)
        return "there is no such axis";
    struct shape keep = *x, drop = {0};
    for (int i = 0; i < x->rank; i++)
        if (p->reduce.axes >> i & 1)
            keep.dims[i] = 1;
        else
            drop.dims[drop.rank++] = x->dims[i];
    if (!shape_equal(o, &keep) && !shape_equal(o, &drop))
        return "the output's shape does not fit the input and the axes";
    return NULL;
}

static float reduce(enum reduce f, const struct split *s, const float *x)
{
    int64_t index[MAX_RANK] = {0}, n = 0;
    double sum = 0.0;
    float most = -INFINITY, least = INFINITY;
    do {
        float v = x[nd_at(index, s->gone_step, s->n_gone)];
        sum += (double)v;
        most = v > most ? v : most;
        least = v < least ? v : least;
        n++;
    } while (nd_next(index, s->gone, s->n_gone));
    if (f == RED_MAX)
        return most;
    if (f == RED_MIN)
        return least;
    return (float)(f == RED_MEAN ? sum / (double)n : sum);
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *x = &slots[p->in[0]].shape;
    int64_t index[MAX_RANK] = {0};
    struct split s;
    split_axes(&s, x, p->reduce.axes);
    if (shape_numel(x) == 0) {
        for (int64_t i = 0; i < shape_numel(&slots[p->out].shape); i++)
            out[i] = 0.0F;
        return;
    }
    do
        *out++ = reduce(p->reduce.f, &s,
                        in[0] + nd_at(index, s.kept_step, s.n_kept));
    while (nd_next(index, s.kept, s.n_kept));
}

const struct prim_kind prim_reduce = {
    .name = "reduce",
    .min_in = 1,
    .max_in = 1,
    .check = check,
    .run = run,
};
