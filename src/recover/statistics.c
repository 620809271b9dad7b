/* Per-channel statistics correction: every layer's outputs are brought as
 * close to the original's as a scale and a shift of each channel can, by the
 * channel's weights and bias, or the scale and shift of its normalisation.
 * (E. Frantar et al., "Optimal Brain Compression", 2022, match mean and
 * deviation after pruning; here the slope is that of least squares, which
 * trusts a channel only as far as it still goes with the original.) What is
 * added to a sum is brought close to what the sum lacks. Layers are mended
 * in order, each on what those before it feed it now. */
#include "recover/recover.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"
#include "prune/constant.h"
#include "recover/moments.h"
#include "recover/pairs.h"

/* A linear layer whose outputs are corrected. */
struct layer {
    int node, bias_node, bias_input; /* which input of which node is the
                                        bias; bias_node -1: none can be */
    int w_axis;                      /* the weight's axis of outputs */
    int value, axis;                 /* outputs, bias included */
    int skip, sum;                   /* what they are added to, and the
                                        sum; -1: nothing */
};

static int is_plain(const struct node *n)
{
    return node_float(n, "alpha", 1) == 1 && node_float(n, "beta", 1) == 1;
}

struct only_use {
    int n, node;
};

static int note_use(void *payload, int node, int input)
{
    struct only_use *u = payload;
    (void)input;
    u->n++;
    u->node = node;
    return 0;
}

/* The only node that reads a value, or -1. */
static int only_reader(const struct graph *g, int value)
{
    struct only_use u = {0, -1};
    graph_each_use(g, value, note_use, &u);
    return u.n == 1 && !g->values[value].is_output ? u.node : -1;
}

/* A MatMul's bias is what is added next: a vector as long as its output. */
static void find_added_bias(struct layer *out, const struct graph *g)
{
    const int64_t want = g->values[out->value].shape.dims[out->axis];
    int next = only_reader(g, out->value);
    out->bias_node = -1;
    if (next < 0 || strcmp(g->nodes[next].type, "Add"))
        return;
    for (int i = 0; i < 2; i++) {
        struct tensor *t = constant_input(g, &g->nodes[next], i);
        if (t && t->shape.rank == 1 && t->shape.dims[0] == want) {
            out->bias_node = next;
            out->bias_input = i;
            out->value = g->nodes[next].outputs[0];
        }
    }
}

/* Fills *out when node i is a linear layer that can be corrected: one that
 * shares its weight with no other. */
static int describe(struct layer *out, const struct graph *g, int i)
{
    const struct node *n = &g->nodes[i];
    const struct tensor *w = n->n_inputs > 1 ? constant_input(g, n, 1) : NULL;
    if (!n->op || !(n->op->traits & OP_LINEAR) || !w || *n->domain ||
        !g->values[n->inputs[1]].constant ||
        graph_n_uses(g, n->inputs[1]) != 1)
        return 0;
    const struct shape *s = &g->values[n->outputs[0]].shape;
    *out = (struct layer){i, i, 2, 0, n->outputs[0], 1, -1, -1};
    if (!strcmp(n->type, "Conv"))
        return s->rank >= 3;
    if (!strcmp(n->type, "Gemm") && s->rank == 2 && is_plain(n)) {
        out->w_axis = node_int(n, "transB", 0) ? 0 : 1;
        return 1;
    }
    if (!strcmp(n->type, "MatMul") && w->shape.rank == 2 && s->rank >= 2) {
        out->w_axis = 1;
        out->axis = s->rank - 1;
        find_added_bias(out, g);
        return 1;
    }
    return 0;
}

/* A normalisation is corrected by its scale and shift. */
static int describe_norm(struct layer *out, const struct graph *g, int i)
{
    const struct node *n = &g->nodes[i];
    if (!n->op || !(n->op->traits & OP_NORM) || !constant_input(g, n, 1) ||
        !constant_input(g, n, 2))
        return 0;
    *out = (struct layer){i, i, 2, 0, n->outputs[0], 1, -1, -1};
    return 1;
}

/* Whether the layer's outputs go through a normalisation next, which mends
 * their statistics itself. */
static int is_normalised(const struct graph *g, int value)
{
    int next = only_reader(g, value);
    return next >= 0 && g->nodes[next].op &&
           g->nodes[next].op->traits & OP_NORM;
}

/* The bias must be free to move: absent, or a vector (1xC too). */
static int bias_fits(const struct graph *g, const struct layer *l, int64_t n)
{
    if (l->bias_node < 0)
        return 0;
    const struct node *b = &g->nodes[l->bias_node];
    if (l->bias_input >= b->n_inputs || b->inputs[l->bias_input] < 0)
        return 1;
    const struct tensor *t = constant_input(g, b, l->bias_input);
    return t && tensor_numel(t) == n;
}

/* A residual sum that the original has as well. */
static void find_sum(struct layer *l, const struct recovery *r)
{
    const struct graph *g = r->graph;
    int next = only_reader(g, l->value);
    if (next < 0 || !g->nodes[next].op ||
        !(g->nodes[next].op->traits & OP_SUM) || g->nodes[next].n_inputs != 2)
        return;
    const struct node *n = &g->nodes[next];
    int skip = n->inputs[n->inputs[0] == l->value];
    const struct shape *s = &g->values[l->value].shape;
    if (skip < 0 || g->values[skip].constant || skip == l->value ||
        n->outputs[0] >= r->original->n_values ||
        r->original->values[n->outputs[0]].producer < 0 ||
        !shape_equal(s, &g->values[skip].shape) ||
        !shape_equal(s, &g->values[n->outputs[0]].shape))
        return;
    l->skip = skip;
    l->sum = n->outputs[0];
}

static int find_layers(struct layer **out, struct channels **list_out,
                       int *n_out, const struct recovery *r,
                       struct prune_error *err)
{
    const struct graph *g = r->graph;
    int n = 0;
    struct layer *layers = mem_calloc((size_t)g->n_nodes, sizeof *layers);
    struct channels *list = mem_calloc((size_t)g->n_nodes, sizeof *list);
    if (!layers || !list) {
        mem_free(layers);
        mem_free(list);
        return err_memory(err, "the list of layers");
    }
    for (int i = 0; i < g->n_nodes; i++) {
        struct layer *l = &layers[n];
        if (!(describe(l, g, i) && !is_normalised(g, l->value)) &&
            !describe_norm(l, g, i))
            continue;
        if (l->value >= r->original->n_values)
            continue;
        find_sum(l, r);
        list[n++] = (struct channels){.value = l->value, .axis = l->axis};
    }
    *out = layers;
    *list_out = list;
    *n_out = n;
    return 0;
}

/* y <- a y + b for one channel, so that it comes closest to the original's:
 * the slope of least squares, which trusts a channel as far as it still goes
 * with the original. */
static void correction(double *a, double *b, const struct pair *p)
{
    const int flat = p->now2 <= 1e-12 * p->n || p->then2 <= 1e-12 * p->n;
    *a = flat ? 1 : fmin(fmax(p->both / p->now2, 0.05), 4);
    *b = p->mean_then - *a * p->mean_now;
}

/* Scales position i of the weight's axis. w is [outer, size, inner]. */
static void scale_unit(struct tensor *w, int axis, int64_t i, double a)
{
    const int64_t outer = shape_span(&w->shape, 0, axis);
    const int64_t size = w->shape.dims[axis];
    const int64_t inner = shape_span(&w->shape, axis + 1, w->shape.rank);
    for (int64_t o = 0; o < outer; o++) {
        float *x = tensor_f32(w) + (o * size + i) * inner;
        for (int64_t k = 0; k < inner; k++)
            x[k] = (float)((double)x[k] * a);
    }
}

/* The bias as a vector of its own: a copy of what is there, or zeros. */
static struct tensor *bias_copy(const struct graph *g, const struct layer *l,
                                int64_t n, struct prune_error *err)
{
    struct tensor *b = constant_vector(n, err);
    const struct tensor *old =
        constant_input(g, &g->nodes[l->bias_node], l->bias_input);
    if (b && old)
        memcpy(b->data, old->data, (size_t)n * sizeof(float));
    return b;
}

/* Makes room for a bias input where the node has none. */
static int want_bias(struct graph *g, const struct layer *l,
                     struct prune_error *err)
{
    struct node *n = &g->nodes[l->bias_node];
    if (l->bias_input < n->n_inputs)
        return 0;
    int *inputs = arena_calloc(&g->arena, (size_t)l->bias_input + 1,
                               sizeof *inputs);
    if (!inputs)
        return err_memory(err, "a bias");
    memcpy(inputs, n->inputs, (size_t)n->n_inputs * sizeof *inputs);
    for (int i = n->n_inputs; i <= l->bias_input; i++)
        inputs[i] = NO_VALUE;
    n->inputs = inputs;
    n->n_inputs = l->bias_input + 1;
    n->changed = 1;
    return 0;
}

/* Corrects a layer from its statistics now and the original's. */
static int correct(struct recovery *r, const struct layer *l,
                   const struct pair *pairs, int64_t n,
                   struct prune_error *err)
{
    struct graph *g = r->graph;
    struct tensor *w = constant_input(g, &g->nodes[l->node], 1);
    if (w->shape.dims[l->w_axis] != n || !bias_fits(g, l, n))
        return 0;
    int rc = want_bias(g, l, err);
    if (rc)
        return rc;
    struct tensor *b = bias_copy(g, l, n, err);
    if (!b)
        return PRUNE_E_MEMORY;
    w = tensor_ref(w);
    if ((rc = tensor_own(&w, err))) {
        tensor_unref(w);
        tensor_unref(b);
        return rc;
    }
    for (int64_t i = 0; i < n; i++) {
        double scale, shift;
        if (pairs[i].n < 1)
            continue;
        correction(&scale, &shift, &pairs[i]);
        scale_unit(w, l->w_axis, i, scale);
        tensor_f32(b)[i] =
            (float)(scale * (double)tensor_f32(b)[i] + shift);
    }
    if ((rc = constant_replace(g, l->node, 1, w, err))) {
        tensor_unref(b);
        return rc;
    }
    return constant_replace(g, l->bias_node, l->bias_input, b, err);
}

static int run(struct recovery *r, int *changed, struct prune_error *err)
{
    struct layer *layers = NULL;
    struct channels *list = NULL;
    int n = 0;
    int64_t samples = 0;
    int rc = find_layers(&layers, &list, &n, r, err);
    if (rc)
        return rc;
    *changed = n > 0;
    if (n)
        rc = moments_samples(&samples, list, n, r->graph, r->settings,
                             r->part, 4, err);
    for (int i = 0; i < n && !rc; i++) {
        struct pair *pairs = NULL;
        int64_t channels = 0;
        const struct pairing p = {layers[i].value, layers[i].axis,
                                  layers[i].skip, layers[i].sum};
        rc = pairs_collect(&pairs, &channels, r, &p, samples, err);
        if (!rc)
            rc = correct(r, &layers[i], pairs, channels, err);
        mem_free(pairs);
    }
    if (!rc && n)
        rc = graph_sweep(r->graph, err);
    channels_free(list, n);
    mem_free(layers);
    return rc;
}

const struct recovery_step recovery_statistics = {
    .name = "statistics",
    .title = "Statistics correction",
    .summary = "scale and shift of each channel brought close to the "
               "original's on training samples",
    .run = run,
};
