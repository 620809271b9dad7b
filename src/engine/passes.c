#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/passes_private.h"

void facts_done(struct facts *f)
{
    mem_free(f->by);
    mem_free(f->uses);
    *f = (struct facts){0};
}

int facts_find(struct facts *f, const struct program *p,
               struct prune_error *err)
{
    f->by = program_producers(p);
    f->uses = program_uses(p);
    if (f->by != NULL && f->uses != NULL)
        return 0;
    facts_done(f);
    return err_memory(err, "program");
}

/* Passes take primitives out by clearing their kind. */
static void compact(struct program *p)
{
    int n = 0;
    for (int i = 0; i < p->n_prims; i++)
        if (p->prims[i].kind != NULL)
            p->prims[n++] = p->prims[i];
    p->n_prims = n;
}

const struct tensor *pass_constant(const struct program *p, int slot)
{
    return slot >= 0 ? p->slots[slot].constant : NULL;
}

static const struct tensor *constant(const struct program *p, int slot)
{
    return pass_constant(p, slot);
}

int pass_scalar(const struct program *p, int slot, float *out)
{
    const struct tensor *t = constant(p, slot);
    if (t == NULL || t->dtype != DTYPE_F32 || tensor_numel(t) != 1)
        return 0;
    *out = tensor_f32(t)[0];
    return 1;
}

const struct prim *pass_made_by(const struct program *p,
                                const struct facts *f, int slot,
                                const struct prim_kind *kind)
{
    int by = slot >= 0 ? f->by[slot] : -1;
    return by >= 0 && p->prims[by].kind == kind ? &p->prims[by] : NULL;
}

/* Input i of a primitive, or -1. */
static int input(const struct prim *prim, int i)
{
    return i < prim->n_in ? prim->in[i] : -1;
}

static int is_kind(const struct program *p, int prim,
                   const struct prim_kind *kind)
{
    return prim >= 0 && p->prims[prim].kind == kind;
}

int pass_set_inputs(struct program *p, struct prim *prim, const int *in,
                      int n, struct prune_error *err)
{
    int *list = arena_calloc(&p->arena, (size_t)n, sizeof *list);
    if (list == NULL)
        return err_memory(err, "program");
    memcpy(list, in, (size_t)n * sizeof *in);
    prim->in = list;
    prim->n_in = n;
    return 0;
}

/* --- constants ------------------------------------------------------- */

static int all_constant(const struct program *p, const struct prim *prim)
{
    for (int i = 0; i < prim->n_in; i++)
        if (prim->in[i] >= 0 && constant(p, prim->in[i]) == NULL)
            return 0;
    return 1;
}

static int compute_now(struct program *p, struct prim *prim,
                       struct prune_error *err)
{
    struct tensor *t = NULL;
    const float **in = mem_calloc((size_t)prim->n_in, sizeof *in);
    if (in == NULL)
        return err_memory(err, "program");
    for (int i = 0; i < prim->n_in; i++)
        if (prim->in[i] >= 0)
            in[i] = tensor_f32(constant(p, prim->in[i]));
    const struct slot *o = &p->slots[prim->out];
    int code = tensor_new(&t, o->dtype, &o->shape, err);
    if (code == 0) {
        prim->kind->run(prim, p->slots, in, tensor_f32(t));
        int slot = program_constant(p, t, err);
        code = slot < 0 ? slot : 0;
    }
    if (code == 0) {
        p->slots[prim->out].constant = t;
        prim->kind = NULL;
    }
    mem_free(in);
    return code;
}

static int fold_constants(struct program *p, struct prune_error *err)
{
    int code = 0;
    for (int i = 0; i < p->n_prims && code == 0; i++)
        if (p->prims[i].kind->run != NULL && all_constant(p, &p->prims[i]))
            code = compute_now(p, &p->prims[i], err);
    return code;
}

/* --- what changes nothing -------------------------------------------- */

static void replace(int *slots, int n, int from, int to)
{
    for (int i = 0; i < n; i++)
        if (slots[i] == from)
            slots[i] = to;
}

static int is_identity(const struct program *p, const struct prim *prim)
{
    if (prim->kind == &prim_host)
        return 0;
    const struct shape *o = &p->slots[prim->out].shape;
    int same = shape_equal(&p->slots[prim->in[0]].shape, o);
    if (!same || prim->kind == &prim_view)
        return same;
    if (prim->kind == &prim_concat)
        return prim->n_in == 1;
    if (prim->kind == &prim_eltwise)
        return prim->eltwise.f == ELT_LINEAR && prim->eltwise.beta == 0.0F &&
               fabsf(prim->eltwise.alpha - 1.0F) <= 1e-6F;
    for (int i = 0; i < o->rank; i++) {
        if (prim->kind == &prim_pad && prim->pad.low[i] == 0)
            continue;
        if (prim->kind == &prim_transpose && prim->transpose.perm[i] == i)
            continue;
        if (prim->kind == &prim_slice && prim->slice.start[i] == 0 &&
            prim->slice.step[i] == 1)
            continue;
        return 0;
    }
    return prim->kind == &prim_pad || prim->kind == &prim_transpose ||
           prim->kind == &prim_slice;
}

static int drop_identities(struct program *p, struct prune_error *err)
{
    (void)err;
    for (int i = 0; i < p->n_prims; i++) {
        struct prim *v = &p->prims[i];
        if (!is_identity(p, v))
            continue;
        for (int k = i + 1; k < p->n_prims; k++)
            replace(p->prims[k].in, p->prims[k].n_in, v->out, v->in[0]);
        replace(p->outputs, p->n_outputs, v->out, v->in[0]);
        replace(p->taps, p->n_taps, v->out, v->in[0]);
        v->kind = NULL;
    }
    return 0;
}

/* --- padding into the convolution behind it -------------------------- */

static int is_zero_frame(const struct prim *pad, int rank)
{
    const struct prim_pad *d = &pad->pad;
    if (d->mode != PAD_CONSTANT || d->value != 0.0F || d->low[0] != 0 ||
        d->low[1] != 0 || d->high[0] != 0 || d->high[1] != 0)
        return 0;
    for (int i = 2; i < rank; i++)
        if (d->low[i] < 0 || d->high[i] < 0)
            return 0;
    return 1;
}

static int fold_pads(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims && code == 0; i++) {
        struct prim *conv = &p->prims[i];
        int from = conv->kind == &prim_conv ? f.by[conv->in[0]] : -1;
        int rank = p->slots[conv->out].shape.rank;
        if (!is_kind(p, from, &prim_pad) || f.uses[conv->in[0]] != 1 ||
            !is_zero_frame(&p->prims[from], rank))
            continue;
        struct prim *pad = &p->prims[from];
        for (int k = 0; k < conv->conv.space; k++) {
            conv->conv.pad_low[k] += pad->pad.low[2 + k];
            conv->conv.pad_high[k] += pad->pad.high[2 + k];
        }
        conv->in[0] = pad->in[0];
        pad->kind = NULL;
    }
    facts_done(&f);
    return code;
}

/* --- scales and shifts into weights ---------------------------------- */

/* Where the output channel of a weight's element i is found:
 * i / step % n. */
struct channels {
    int64_t n, step;
};

/* Weight and bias of a convolution or a fully connected layer are constant,
 * and its output channels are axis 1 of its output. */
static int is_layer(const struct program *p, const struct prim *prim,
                    struct channels *out)
{
    const struct tensor *w = constant(p, input(prim, 1));
    if ((prim->kind != &prim_conv && prim->kind != &prim_deconv &&
         prim->kind != &prim_matmul) ||
        w == NULL || (input(prim, 2) >= 0 &&
                      constant(p, prim->in[2]) == NULL))
        return 0;
    if (prim->kind == &prim_deconv) {
        *out = (struct channels){w->shape.dims[1],
                                 shape_span(&w->shape, 2, w->shape.rank)};
        return prim->conv.groups == 1;
    }
    if (prim->kind == &prim_conv) {
        *out = (struct channels){w->shape.dims[0],
                                 shape_span(&w->shape, 1, w->shape.rank)};
        return 1;
    }
    const struct shape *o = &p->slots[prim->out].shape;
    if (w->shape.rank != 2 || o->rank != 2)
        return 0;
    if (prim->matmul.trans_b)
        *out = (struct channels){w->shape.dims[0], w->shape.dims[1]};
    else
        *out = (struct channels){w->shape.dims[1], 1};
    /* A bias of another form is left alone. */
    const struct tensor *b = constant(p, input(prim, 2));
    return b == NULL ||
           (b->shape.rank >= 1 && tensor_numel(b) == out->n &&
            b->shape.dims[b->shape.rank - 1] == out->n);
}

/* scale and shift may be NULL: ones and zeros. */
static int scaled_weight(struct program *p, const struct prim *layer,
                         const struct channels *c, const float *scale,
                         struct prune_error *err)
{
    const struct tensor *w = constant(p, layer->in[1]);
    struct tensor *t = NULL;
    int code = tensor_new(&t, DTYPE_F32, &w->shape, err);
    if (code != 0)
        return code;
    float alpha = layer->kind == &prim_matmul ? layer->matmul.alpha : 1.0F;
    int64_t n = tensor_numel(w);
    for (int64_t i = 0; i < n; i++) {
        float s = scale != NULL ? scale[i / c->step % c->n] : 1.0F;
        tensor_f32(t)[i] = tensor_f32(w)[i] * alpha * s;
    }
    return program_constant(p, t, err);
}

static int scaled_bias(struct program *p, const struct prim *layer,
                       const struct channels *c, const float *scale,
                       const float *shift, struct prune_error *err)
{
    const struct tensor *b = constant(p, input(layer, 2));
    struct tensor *t = NULL;
    struct shape s = {.rank = 1, .dims = {c->n}};
    int code = tensor_new(&t, DTYPE_F32, &s, err);
    if (code != 0)
        return code;
    float beta = layer->kind == &prim_matmul ? layer->matmul.beta : 1.0F;
    for (int64_t i = 0; i < c->n; i++) {
        float v = b != NULL ? tensor_f32(b)[i] * beta : 0.0F;
        v = scale != NULL ? v * scale[i] : v;
        tensor_f32(t)[i] = shift != NULL ? v + shift[i] : v;
    }
    return program_constant(p, t, err);
}

/* The layer with scale and shift of its channels worked into it. */
static int rescale(struct program *p, struct prim *layer,
                   const struct channels *c, const float *scale,
                   const float *shift, struct prune_error *err)
{
    int in[3] = {layer->in[0], layer->in[1], -1};
    int has_scale = scale != NULL || (layer->kind == &prim_matmul &&
                                      layer->matmul.alpha != 1.0F);
    if (has_scale)
        in[1] = scaled_weight(p, layer, c, scale, err);
    if (in[1] < 0)
        return in[1];
    if (shift != NULL || input(layer, 2) >= 0) {
        in[2] = scaled_bias(p, layer, c, scale, shift, err);
        if (in[2] < 0)
            return in[2];
    }
    if (layer->kind == &prim_matmul)
        layer->matmul.alpha = layer->matmul.beta = 1.0F;
    return pass_set_inputs(p, layer, in, in[2] >= 0 ? 3 : 2, err);
}

static int fold_affine(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims && code == 0; i++) {
        const struct prim *a = &p->prims[i];
        struct channels c;
        if (a->kind != &prim_affine)
            continue;
        int from = f.by[a->in[0]];
        const struct tensor *scale = constant(p, a->in[1]);
        const struct tensor *shift = constant(p, a->in[2]);
        if (from < 0 || scale == NULL || shift == NULL ||
            f.uses[a->in[0]] != 1 || !is_layer(p, &p->prims[from], &c))
            continue;
        code = rescale(p, &p->prims[from], &c, tensor_f32(scale),
                       tensor_f32(shift), err);
        p->prims[from].out = a->out;
        f.by[a->out] = from;
        p->prims[i].kind = NULL;
    }
    facts_done(&f);
    return code;
}

/* Factors of products by constants. */
static int fold_factors(struct program *p, struct prune_error *err)
{
    int code = 0;
    for (int i = 0; i < p->n_prims && code == 0; i++) {
        struct prim *m = &p->prims[i];
        struct channels c;
        if (m->kind == &prim_matmul &&
            (m->matmul.alpha != 1.0F || m->matmul.beta != 1.0F) &&
            is_layer(p, m, &c))
            code = rescale(p, m, &c, NULL, NULL, err);
    }
    return code;
}

/* --- a constant sum behind a layer is its bias ----------------------- */

/* The constant is one number for each channel of the layer's output. */
static int fits_as_bias(const struct program *p, const struct prim *layer,
                        const struct tensor *t)
{
    const struct shape *o = &p->slots[layer->out].shape;
    int axis = layer->kind == &prim_conv ? 1 : o->rank - 1;
    int lead = o->rank - t->shape.rank;
    if (lead < 0 || axis < lead || tensor_numel(t) != o->dims[axis])
        return 0;
    return t->shape.dims[axis - lead] == o->dims[axis];
}

static int takes_bias(const struct program *p, int prim)
{
    return (is_kind(p, prim, &prim_conv) || is_kind(p, prim, &prim_matmul)) &&
           input(&p->prims[prim], 2) < 0;
}

static int add_bias(struct program *p, int from, const struct tensor *t,
                    struct prune_error *err)
{
    struct prim *layer = &p->prims[from];
    struct tensor *b = NULL;
    struct shape s = {.rank = 1, .dims = {tensor_numel(t)}};
    int code = tensor_new(&b, DTYPE_F32, &s, err);
    if (code != 0)
        return code;
    memcpy(b->data, t->data, b->size);
    int slot = program_constant(p, b, err);
    if (slot < 0)
        return slot;
    if (layer->kind == &prim_matmul)
        layer->matmul.beta = 1.0F;
    return pass_set_inputs(p, layer, (int[]){layer->in[0], layer->in[1], slot}, 3,
                      err);
}

static int fold_sums(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims && code == 0; i++) {
        struct prim *a = &p->prims[i];
        if (a->kind != &prim_binary || a->binary.f != BIN_ADD)
            continue;
        int side = constant(p, a->in[0]) != NULL ? 1 : 0;
        const struct tensor *t = constant(p, a->in[1 - side]);
        int from = f.by[a->in[side]];
        if (t == NULL || !takes_bias(p, from) ||
            f.uses[a->in[side]] != 1 ||
            !shape_equal(&p->slots[a->in[side]].shape,
                         &p->slots[a->out].shape) ||
            !fits_as_bias(p, &p->prims[from], t))
            continue;
        code = add_bias(p, from, t, err);
        p->prims[from].out = a->out;
        f.by[a->out] = from;
        a->kind = NULL;
    }
    facts_done(&f);
    return code;
}

/* --- reductions over whole images are pooling ------------------------ */

static int is_global(const struct program *p, const struct prim *prim)
{
    /* Others may read nothing at all. */
    if (prim->kind != &prim_reduce)
        return 0;
    const struct shape *x = &p->slots[prim->in[0]].shape;
    unsigned space = (1U << x->rank) - 1U - 3U;
    return x->rank >= 3 && x->rank <= 2 + MAX_SPACE &&
           prim->reduce.axes == space &&
           (prim->reduce.f == RED_MEAN || prim->reduce.f == RED_MAX) &&
           shape_numel(x) > 0;
}

static int reduce_to_pool(struct program *p, int i, struct prune_error *err)
{
    struct prim r = p->prims[i];
    struct shape x = p->slots[r.in[0]].shape, pooled = x;
    struct prim_pool pool = {.mode = r.reduce.f == RED_MEAN ? POOL_MEAN
                                                            : POOL_MAX,
                             .space = x.rank - 2};
    for (int k = 0; k < pool.space; k++) {
        pool.kernel[k] = x.dims[2 + k];
        pool.stride[k] = pool.dilation[k] = 1;
        pooled.dims[2 + k] = 1;
    }
    int out = r.out;
    if (!shape_equal(&pooled, &p->slots[out].shape)) {
        out = program_slot(p, &pooled, err);
        if (out < 0)
            return out;
        struct prim view = {.kind = &prim_view, .node = r.node};
        int code = program_insert(p, i + 1, view, &out, 1, r.out, err);
        if (code != 0)
            return code;
    }
    p->prims[i].kind = &prim_pool;
    p->prims[i].pool = pool;
    p->prims[i].out = out;
    return 0;
}

static int find_pools(struct program *p, struct prune_error *err)
{
    int code = 0;
    for (int i = 0; i < p->n_prims && code == 0; i++)
        if (is_global(p, &p->prims[i]))
            code = reduce_to_pool(p, i, err);
    return code;
}

/* --- x times a gate of x --------------------------------------------- */

/* The function that x * e(x) is, if it has a name. */
static int gated(const struct prim_eltwise *e, enum eltwise *out)
{
    if (e->f == ELT_SIGMOID) {
        *out = ELT_SWISH;
        return 1;
    }
    /* A sixth as a float, however it was rounded. */
    if (e->f == ELT_HARDSIGMOID && e->alpha > 0.16666F &&
        e->alpha < 0.16667F && e->beta == 0.5F) {
        *out = ELT_HARDSWISH;
        return 1;
    }
    return 0;
}

static int find_gates(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims; i++) {
        struct prim *m = &p->prims[i];
        if (m->kind != &prim_binary || m->binary.f != BIN_MUL)
            continue;
        for (int k = 0; k < 2; k++) {
            int from = f.by[m->in[k]];
            enum eltwise name;
            if (!is_kind(p, from, &prim_eltwise) ||
                f.uses[m->in[k]] != 1 ||
                p->prims[from].in[0] != m->in[1 - k] ||
                !gated(&p->prims[from].eltwise, &name))
                continue;
            m->kind = &prim_eltwise;
            m->eltwise = (struct prim_eltwise){.f = name};
            m->in = p->prims[from].in;
            m->n_in = 1;
            p->prims[from].kind = NULL;
            break;
        }
    }
    facts_done(&f);
    return 0;
}

/* --- posts ----------------------------------------------------------- */

enum { MAX_POSTS = 8 };

/* Whether kernels have the function within them. */
static int can_follow(const struct prim_eltwise *e)
{
    return e->f != ELT_ERF && e->f != ELT_POW && e->f != ELT_RECIPROCAL;
}

static int takes_posts(const struct prim *prim)
{
    return prim->n_posts < MAX_POSTS &&
           (prim->kind == &prim_conv || prim->kind == &prim_deconv ||
            prim->kind == &prim_matmul || prim->kind == &prim_affine ||
            (prim->kind == &prim_binary && prim->binary.f < BIN_POW));
}

static int has_sum(const struct prim *prim)
{
    for (int i = 0; i < prim->n_posts; i++)
        if (prim->posts[i].is_sum)
            return 1;
    return 0;
}

/* Moves primitive `from` into the place of `to`, with `post` behind it. */
static int follow(struct program *p, struct facts *f, int from, int to,
                  struct post post, struct prune_error *err)
{
    struct prim prim = p->prims[from];
    struct post *posts = arena_calloc(&p->arena, (size_t)prim.n_posts + 1,
                                      sizeof *posts);
    if (posts == NULL)
        return err_memory(err, "program");
    for (int i = 0; i < prim.n_posts; i++)
        posts[i] = prim.posts[i];
    posts[prim.n_posts++] = post;
    prim.posts = posts;
    prim.out = p->prims[to].out;
    p->prims[to] = prim;
    p->prims[from].kind = NULL;
    f->by[prim.out] = to;
    return 0;
}

static int fuse_eltwise(struct program *p, struct facts *f, int i,
                        struct prune_error *err)
{
    const struct prim *e = &p->prims[i];
    int from = f->by[e->in[0]];
    if (from < 0 || !takes_posts(&p->prims[from]) ||
        f->uses[e->in[0]] != 1 || !can_follow(&e->eltwise))
        return 0;
    struct post post = {.eltwise = e->eltwise, .slot = -1};
    return follow(p, f, from, i, post, err);
}

/* A convolution, or a product with constant weights. */
static int sums_within(const struct program *p, int prim)
{
    if (is_kind(p, prim, &prim_conv))
        return 1;
    if (!is_kind(p, prim, &prim_matmul) || p->prims[prim].matmul.trans_a)
        return 0;
    const struct tensor *w = constant(p, p->prims[prim].in[1]);
    return w != NULL && w->shape.rank == 2;
}

/* The layer that computes side k of a sum and nothing else reads. */
static int summand(const struct program *p, const struct facts *f,
                   const struct prim *sum, int k)
{
    int slot = sum->in[k], from = f->by[slot];
    if (!sums_within(p, from) || f->uses[slot] != 1 ||
        !takes_posts(&p->prims[from]) || has_sum(&p->prims[from]) ||
        !shape_equal(&p->slots[slot].shape, &p->slots[sum->out].shape) ||
        !shape_equal(&p->slots[sum->in[1 - k]].shape,
                     &p->slots[sum->out].shape))
        return -1;
    return from;
}

/* The later of two layers takes the sum: the other's result is there
 * by then. */
static int fuse_sum(struct program *p, struct facts *f, int i,
                    struct prune_error *err)
{
    const struct prim *sum = &p->prims[i];
    if (sum->binary.f != BIN_ADD || sum->in[0] == sum->in[1])
        return 0;
    int a = summand(p, f, sum, 0), b = summand(p, f, sum, 1);
    int k = a > b ? 0 : 1, from = a > b ? a : b;
    if (from < 0)
        return 0;
    struct post post = {.is_sum = 1, .slot = sum->in[1 - k]};
    return follow(p, f, from, i, post, err);
}

/* The factor of a product that could not go into weights. */
static int factors_to_posts(struct program *p, struct prune_error *err)
{
    for (int i = 0; i < p->n_prims; i++) {
        struct prim *m = &p->prims[i];
        if (m->kind != &prim_matmul || m->matmul.alpha == 1.0F ||
            input(m, 2) >= 0 || m->n_posts > 0)
            continue;
        struct post *post = arena_calloc(&p->arena, 1, sizeof *post);
        if (post == NULL)
            return err_memory(err, "program");
        *post = (struct post){.eltwise = {.f = ELT_LINEAR,
                                          .alpha = m->matmul.alpha},
                              .slot = -1};
        m->posts = post;
        m->n_posts = 1;
        m->matmul.alpha = 1.0F;
    }
    return 0;
}

static int fuse(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims && code == 0; i++) {
        if (p->prims[i].kind == &prim_eltwise)
            code = fuse_eltwise(p, &f, i, err);
        else if (p->prims[i].kind == &prim_binary)
            code = fuse_sum(p, &f, i, err);
    }
    facts_done(&f);
    return code;
}

/* --- what nobody reads ----------------------------------------------- */

static int drop_dead(struct program *p, struct prune_error *err)
{
    int *uses = program_uses(p);
    if (uses == NULL)
        return err_memory(err, "program");
    for (int i = p->n_prims - 1; i >= 0; i--) {
        struct prim *prim = &p->prims[i];
        int used = uses[prim->out] > 0;
        for (int k = 0; k < prim->n_more; k++)
            used |= prim->more[k] >= 0 && uses[prim->more[k]] > 0;
        if (used)
            continue;
        for (int k = 0; k < prim->n_in; k++)
            if (prim->in[k] >= 0)
                uses[prim->in[k]]--;
        for (int k = 0; k < prim->n_posts; k++)
            if (prim->posts[k].is_sum)
                uses[prim->posts[k].slot]--;
        prim->kind = NULL;
    }
    mem_free(uses);
    return 0;
}

int passes_run(struct program *p, struct prune_error *err)
{
    static pass_f *const passes[] = {
        fold_constants, drop_identities, drop_dead,  fold_pads,  fold_sums,
        fold_affine,    fold_factors,
        pass_merge_equal, pass_find_linear, pass_find_forms,
        pass_find_linear, drop_identities, drop_dead,
        pass_find_attention, drop_dead,
        find_pools, find_gates, factors_to_posts, fuse,
    };
    int code = 0;
    for (size_t i = 0; i < sizeof passes / sizeof *passes && code == 0;
         i++) {
        code = passes[i](p, err);
        compact(p);
    }
    return code == 0 ? program_check(p, err) : code;
}
