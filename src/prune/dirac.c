#include "prune/dirac.h"

#include <math.h>
#include <string.h>

#include "prune/constant.h"

static int64_t int_at(const struct node *n, const char *name, int64_t i,
                      int64_t other)
{
    const struct attr *a = node_attr(n, name);
    return a && a->type == ATTR_INTS && i < a->n ? a->ints[i] : other;
}

/* The kernel position along spatial axis i that reads the very input that
 * an output stands on; -1 when there is none. */
static int64_t centre(const struct node *n, const struct tensor *w, int i)
{
    const int64_t kernel = w->shape.dims[i + 2];
    const int64_t dilation = int_at(n, "dilations", i, 1);
    int64_t pad = int_at(n, "pads", i, 0);
    const char *automatic = node_text(n, "auto_pad", "NOTSET");
    if (!strncmp(automatic, "SAME", 4)) {
        if (kernel % 2 == 0)
            return -1;
        pad = (kernel - 1) / 2 * dilation;
    } else if (!strcmp(automatic, "VALID")) {
        pad = 0;
    }
    if (pad % dilation || pad / dilation >= kernel)
        return -1;
    return pad / dilation;
}

static int conv_fits(const struct node *n, const struct tensor *w)
{
    if (w->shape.rank < 3)
        return 0;
    const int64_t group = node_int(n, "group", 1);
    if (group < 1 || w->shape.dims[1] * group != w->shape.dims[0])
        return 0;
    for (int i = 0; i < w->shape.rank - 2; i++)
        if (int_at(n, "strides", i, 1) != 1 || centre(n, w, i) < 0)
            return 0;
    return 1;
}

int dirac_fits(const struct graph *g, const struct node *n)
{
    const struct tensor *w = constant_input(g, n, 1);
    if (*n->domain || !w || n->inputs[0] < 0)
        return 0;
    for (int i = 2; i < n->n_inputs; i++)
        if (n->inputs[i] >= 0 && !constant_input(g, n, i))
            return 0;
    if (!strcmp(n->type, "Conv"))
        return conv_fits(n, w);
    if (w->shape.rank != 2 || w->shape.dims[0] != w->shape.dims[1])
        return 0;
    if (!strcmp(n->type, "Gemm"))
        return node_float(n, "alpha", 1) == 1 && !node_int(n, "transA", 0);
    return !strcmp(n->type, "MatMul");
}

/* w is [channels, channels / group, kernel...] */
static void fill_conv(struct tensor *w, const struct node *n)
{
    const int64_t inner = shape_span(&w->shape, 2, w->shape.rank);
    const int64_t width = w->shape.dims[1];
    int64_t at = 0;
    for (int i = 0; i < w->shape.rank - 2; i++)
        at = at * w->shape.dims[i + 2] + centre(n, w, i);
    for (int64_t o = 0; o < w->shape.dims[0]; o++)
        tensor_f32(w)[(o * width + o % width) * inner + at] = 1;
}

int dirac_new(struct tensor **out, const struct graph *g,
              const struct node *n, struct prune_error *err)
{
    struct tensor *t;
    const struct tensor *w = constant_input(g, n, 1);
    int rc = tensor_new(&t, DTYPE_F32, &w->shape, err);
    if (rc)
        return rc;
    if (!strcmp(n->type, "Conv"))
        fill_conv(t, n);
    else
        for (int64_t i = 0; i < w->shape.dims[0]; i++)
            tensor_f32(t)[i * w->shape.dims[1] + i] = 1;
    *out = t;
    return 0;
}

/* Gives an input of a node zeros in the place of its constant, if any. */
static int zero_input(struct graph *g, int node, int input,
                      struct prune_error *err)
{
    const struct tensor *old = constant_input(g, &g->nodes[node], input);
    struct tensor *t;
    if (!old)
        return 0;
    int rc = tensor_new(&t, DTYPE_F32, &old->shape, err);
    return rc ? rc : constant_replace(g, node, input, t, err);
}

int dirac_set(struct graph *g, int node, struct prune_error *err)
{
    struct tensor *t;
    int rc = dirac_new(&t, g, &g->nodes[node], err);
    if (!rc)
        rc = constant_replace(g, node, 1, t, err);
    return rc ? rc : zero_input(g, node, 2, err);
}

int dirac_zero(struct graph *g, int node, struct prune_error *err)
{
    int rc = zero_input(g, node, 1, err);
    return rc ? rc : zero_input(g, node, 2, err);
}

/* Gives input `input` a vector of n times x. */
static int fill_input(struct graph *g, int node, int input, int64_t n,
                      float x, struct prune_error *err)
{
    struct tensor *t = constant_vector(n, err);
    if (!t)
        return PRUNE_E_MEMORY;
    for (int64_t i = 0; i < n; i++)
        tensor_f32(t)[i] = x;
    return constant_replace(g, node, input, t, err);
}

int norm_neutral(struct graph *g, int node, struct prune_error *err)
{
    const struct node *n = &g->nodes[node];
    const struct tensor *scale = constant_input(g, n, 1);
    if (!scale)
        return err_set(err, PRUNE_E_FAILED, "%s: its scale is no constant",
                       n->label);
    const int64_t c = tensor_numel(scale);
    /* y = scale * x / sqrt(1 + epsilon) is x for this scale. */
    const float one = sqrtf(1 + node_float(n, "epsilon", 1e-5f));
    const float values[] = {one, 0, 0, 1};
    int rc = 0;
    for (int i = 0; i < 4 && !rc; i++)
        rc = fill_input(g, node, i + 1, c, values[i], err);
    return rc;
}

int norm_zero(struct graph *g, int node, struct prune_error *err)
{
    int rc = zero_input(g, node, 1, err);
    return rc ? rc : zero_input(g, node, 2, err);
}

double dirac_distance(const struct tensor *a, const struct tensor *b,
                      int power)
{
    const int64_t n = tensor_numel(a);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = fabs((double)tensor_f32(a)[i] -
                        (b ? (double)tensor_f32(b)[i] : 0));
        sum += power == 1 ? d : d * d;
    }
    sum /= n > 0 ? (double)n : 1;
    return power == 1 ? sum : sqrt(sum);
}
