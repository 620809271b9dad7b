#include "engine/nd.h"
#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct prim_conv *v = &p->conv;
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *w = &slots[p->in[1]].shape;
    const struct shape *o = &slots[p->out].shape;
    if (v->space < 1 || v->space > MAX_SPACE || x->rank != 2 + v->space ||
        w->rank != x->rank || o->rank != x->rank)
        return "the ranks do not fit";
    if (v->groups < 1 || x->dims[1] % v->groups != 0 ||
        w->dims[0] != x->dims[1] || o->dims[0] != x->dims[0] ||
        o->dims[1] / v->groups != w->dims[1] ||
        o->dims[1] % v->groups != 0)
        return "the channels do not fit";
    if (p->n_in > 2 && p->in[2] >= 0 &&
        shape_numel(&slots[p->in[2]].shape) != o->dims[1])
        return "the bias does not fit the channels";
    for (int i = 0; i < v->space; i++)
        if (v->stride[i] < 1 || v->dilation[i] < 1 || v->pad_low[i] < 0)
            return "a stride, dilation or padding is out of range";
    return NULL;
}

/* One place of the output: the sum over the taps whose place in the input
 * is a whole one within it. `to` and `tap` count the spatial axes. */
struct spot {
    const struct prim_conv *conv;
    const struct shape *x, *w;
    int64_t to[MAX_RANK], size[MAX_RANK], taps[MAX_RANK]; /* spatial */
};

/* The input's place for a tap, as an offset within a plane; -1: none. */
static int64_t source(const struct spot *s, const int64_t *tap)
{
    int64_t at = 0;
    for (int i = 0; i < s->conv->space; i++) {
        int64_t from = s->to[i] + s->conv->pad_low[i] -
                       tap[i] * s->conv->dilation[i];
        if (from < 0 || from % s->conv->stride[i] != 0 ||
            from / s->conv->stride[i] >= s->x->dims[2 + i])
            return -1;
        at = at * s->x->dims[2 + i] + from / s->conv->stride[i];
    }
    return at;
}

/* x: the group's first plane, w: the group's weights of one output channel */
static double spot_sum(const struct spot *s, const float *x, const float *w)
{
    int64_t tap[MAX_RANK] = {0}, k = 0;
    int64_t plane = shape_span(s->x, 2, s->x->rank);
    int64_t taps = shape_span(s->w, 2, s->w->rank);
    int64_t channels = s->x->dims[1] / s->conv->groups;
    double sum = 0.0;
    if (taps == 0)
        return 0.0;
    do {
        int64_t at = source(s, tap);
        for (int64_t c = 0; at >= 0 && c < channels; c++)
            sum += (double)x[c * plane + at] *
                   (double)w[c * s->w->dims[1] * taps + k];
        k++;
    } while (nd_next(tap, s->taps, s->conv->space));
    return sum;
}

/* x [N,C,…], w [C,M/g,k…], b [M]; out [N,M,…] */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *o = &slots[p->out].shape;
    struct spot s = {&p->conv, &slots[p->in[0]].shape,
                     &slots[p->in[1]].shape, {0}, {0}, {0}};
    const float *bias = p->n_in > 2 ? in[2] : NULL;
    int64_t channels = s.x->dims[1] / p->conv.groups, m = s.w->dims[1];
    int64_t plane = shape_span(s.x, 2, s.x->rank);
    int64_t taps = shape_span(s.w, 2, s.w->rank);
    if (shape_numel(o) == 0)
        return;
    for (int i = 0; i < p->conv.space; i++) {
        s.size[i] = o->dims[2 + i];
        s.taps[i] = s.w->dims[2 + i];
    }
    for (int64_t n = 0; n < o->dims[0]; n++)
        for (int64_t c = 0; c < o->dims[1]; c++) {
            int64_t group = c / m;
            const float *x = in[0] + (n * s.x->dims[1] + group * channels) *
                                         plane;
            const float *w = in[1] + (group * channels * m + c % m) * taps;
            do
                *out++ = (float)(spot_sum(&s, x, w) +
                                 (bias != NULL ? (double)bias[c] : 0.0));
            while (nd_next(s.to, s.size, p->conv.space));
        }
}

const struct prim_kind prim_deconv = {
    .name = "deconv",
    .min_in = 2,
    .max_in = 3,
    .check = check,
    .run = run,
};
