#include <string.h>

#include "ops/convolution.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"
#include "ops/window.h"

/* x [N,C,...], w [C,M/g,k...], optional b [M]; out [N,M,...]. */

/* An attribute's entry i, or `other` when it is absent or too short. */
static int64_t entry(const struct node *n, const char *name, int i,
                     int64_t other)
{
    int64_t all[2 * MAX_SPACE];
    int64_t have = node_ints(n, name, all, 2 * MAX_SPACE);

    return i < have && i < 2 * MAX_SPACE ? all[i] : other;
}

/* The size of one output axis from the formula of the ONNX standard. */
static int extent(const struct node *n, int space, int i, int64_t in,
                  int64_t kernel, int64_t *out, struct prune_error *err)
{
    const char *mode = node_text(n, "auto_pad", "NOTSET");
    int64_t stride = entry(n, "strides", i, 1);
    int64_t dilation = entry(n, "dilations", i, 1);
    int64_t extra = entry(n, "output_padding", i, 0);
    int64_t low = entry(n, "pads", i, 0);
    int64_t high = entry(n, "pads", space + i, 0);
    int64_t most = 1 << 24;

    *out = entry(n, "output_shape", i, 0);
    if (*out > 0)
        return *out <= most ? 0 : ops_bad(n, err, "output_shape is absurd");
    if (stride < 1 || stride > most || dilation < 1 || dilation > most ||
        kernel < 1 || kernel > most || extra < 0 || extra > most || low < 0 ||
        low > most || high < 0 || high > most || in > most)
        return ops_bad(n, err, "its strides, dilations or pads are absurd");
    if (strncmp(mode, "SAME", 4) == 0) {
        *out = in * stride;
        return 0;
    }
    *out = stride * (in - 1) + extra + (kernel - 1) * dilation + 1 - low -
           high;
    return *out > 0 ? 0 : ops_bad(n, err, "its pads leave no output");
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    const struct shape *w = &node_in(g, n, 1)->shape;
    struct shape out = *x;
    int space = 0;
    int e = ops_check_conv(g, n, 1, err);

    if (e || (e = ops_space(&space, g, n, err)))
        return e;
    if (w->dims[0] != x->dims[1])
        return ops_bad(n, err, "its weight reads %lld channels, its input "
                       "has %lld", (long long)w->dims[0],
                       (long long)x->dims[1]);
    out.dims[1] = ops_times(w->dims[1], node_int(n, "group", 1));
    for (int i = 0; !e && i < space; i++)
        e = extent(n, space, i, x->dims[2 + i], w->dims[2 + i],
                   &out.dims[2 + i], err);
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const char *grouped = "a transposed convolution in groups";
    int e = ops_couple_conv(c, g, n, 1, err);

    if (!e)
        e = couple_same(c, n->inputs[0], 1, n->inputs[1], 0, err);
    if (!e)
        e = ops_role(c, n, 1, 0, ROLE_IN, err);
    if (e || node_int(n, "group", 1) == 1)
        return e;
    (void)((e = couple_freeze(c, n->inputs[0], 1, n, grouped, err)) ||
           (e = couple_freeze(c, n->inputs[1], 1, n, grouped, err)) ||
           (e = couple_freeze(c, n->outputs[0], 1, n, grouped, err)));
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    const struct shape *w = &node_in(g, n, 1)->shape;

    out->macs = ops_macs(&node_in(g, n, 0)->shape, shape_span(w, 1, w->rank));
    out->weights = 1u << 1;
    out->learned = 1u << 1 | 1u << 2;
}

/* What is cut off in front: half of what is too much when the output's size
 * was given, or the operator is to find the padding. */
static int64_t cut_in_front(const struct node *n, int i, int64_t in,
                            int64_t kernel, int64_t out)
{
    const char *mode = node_text(n, "auto_pad", "NOTSET");
    int64_t dilation = entry(n, "dilations", i, 1);
    int64_t all = entry(n, "strides", i, 1) * (in - 1) +
                  entry(n, "output_padding", i, 0) +
                  (kernel - 1) * dilation + 1 - out;

    if (entry(n, "output_shape", i, 0) <= 0 && strncmp(mode, "SAME", 4) != 0)
        return strcmp(mode, "VALID") == 0 ? 0 : entry(n, "pads", i, 0);
    all = all > 0 ? all : 0;
    return strcmp(mode, "SAME_UPPER") == 0 ? all / 2 : all - all / 2;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_deconv};
    const struct shape *x = &node_in(g, n, 0)->shape;
    const struct shape *w = &node_in(g, n, 1)->shape;
    const struct shape *o = &node_out(g, n, 0)->shape;
    int e = ops_space(&p.conv.space, g, n, err);

    if (e)
        return e;
    p.conv.groups = node_int(n, "group", 1);
    for (int i = 0; i < p.conv.space; i++) {
        p.conv.stride[i] = entry(n, "strides", i, 1);
        p.conv.dilation[i] = entry(n, "dilations", i, 1);
        p.conv.pad_low[i] = cut_in_front(n, i, x->dims[2 + i],
                                         w->dims[2 + i], o->dims[2 + i]);
    }
    return lower_simple(l, n, p, 3, err);
}

const struct op op_conv_transpose = {
    .name = "ConvTranspose",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 3,
    .traits = OP_LINEAR | OP_CONV,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .lower = lower,
};
