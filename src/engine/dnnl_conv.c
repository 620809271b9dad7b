#include "engine/dnnl_private.h"

/* How the input is to lie: as the kernel likes it, as it is anyway, or in
 * blocks of 16 channels. */
enum lie { AS_LIKED, AS_IT_IS, BLOCKED };

/* What the library is asked for. */
struct choice {
    dnnl_alg_kind_t alg;
    enum lie lie;
    int second; /* not the kernel that it offers first */
};

/* A convolution in the library's terms. */
struct conv {
    dnnl_memory_desc_t src, weights, bias, dst; /* as asked for */
    dnnl_memory_desc_t user_weights;            /* as the constant lies */
    dnnl_dims_t stride, dilation, low, high;
    int has_bias, constant;
    dnnl_memory_desc_t blocked, blocked_dst;
    const dnnl_memory_desc_t *native; /* layout the input is in */
};

/* The weight's shape with the groups as an axis of their own in front. */
static struct shape weights_shape(const struct prim_conv *p,
                                  const struct shape *w)
{
    if (p->groups == 1)
        return *w;
    struct shape s = {.rank = w->rank + 1};
    s.dims[0] = p->groups;
    s.dims[1] = w->dims[0] / p->groups;
    for (int i = 1; i < w->rank; i++)
        s.dims[i + 1] = w->dims[i];
    return s;
}

static int is_constant(const struct dn_compiler *c, int slot)
{
    return c->program->slots[slot].constant != NULL;
}

/* The shape in blocks of 16 channels. */
static int blocks(dnnl_memory_desc_t *out, const struct shape *s)
{
    static const dnnl_format_tag_t tags[] = {
        [3] = dnnl_nCw16c, [4] = dnnl_nChw16c, [5] = dnnl_nCdhw16c};
    dnnl_dims_t dims = {0};
    for (int i = 0; i < s->rank; i++)
        dims[i] = s->dims[i];
    return (int)dnnl_memory_desc_init_by_tag(out, s->rank, dims, dnnl_f32,
                                             tags[s->rank]);
}

static int fill(struct dn_compiler *c, struct conv *v, const struct prim *p,
                struct prune_error *err)
{
    struct dn_rep *native = NULL;
    int code = dn_native(c, p->in[0], &native, err);
    if (code != 0)
        return code;
    struct shape w = weights_shape(&p->conv, dn_shape(c, p->in[1]));
    v->native = &native->md;
    v->constant = is_constant(c, p->in[1]);
    v->has_bias = p->n_in > 2 && p->in[2] >= 0;
    int bad = blocks(&v->blocked, dn_shape(c, p->in[0])) != 0 ||
              blocks(&v->blocked_dst, dn_shape(c, p->out)) != 0 ||
              dn_any(&v->src, dn_shape(c, p->in[0])) != 0 ||
              dn_any(&v->dst, dn_shape(c, p->out)) != 0 ||
              dn_row_major(&v->user_weights, &w) != 0 ||
              dn_any(&v->weights, &w) != 0 ||
              (v->has_bias &&
               dn_row_major(&v->bias, dn_shape(c, p->in[2])) != 0);
    if (bad)
        return dn_fail(p, dnnl_invalid_arguments, err);
    if (!v->constant)
        v->weights = v->user_weights;
    for (int i = 0; i < p->conv.space; i++) {
        v->stride[i] = p->conv.stride[i];
        v->dilation[i] = p->conv.dilation[i] - 1;
        v->low[i] = p->conv.pad_low[i];
        v->high[i] = p->conv.pad_high[i];
    }
    return 0;
}

/* The layouts of input and output to ask for. What comes in blocks leaves
 * in blocks: some kernels are only found when that is said. */
static void lay(const struct conv *v, enum lie lie,
                const dnnl_memory_desc_t **src,
                const dnnl_memory_desc_t **dst)
{
    *src = lie == AS_LIKED ? &v->src
           : lie == BLOCKED ? &v->blocked
                            : v->native;
    int in_blocks = lie == BLOCKED ||
                    (lie == AS_IT_IS &&
                     dnnl_memory_desc_equal(v->native, &v->blocked));
    *dst = in_blocks ? &v->blocked_dst : &v->dst;
}

/* A descriptor for one choice with the first n posts; DN_PLAIN when there
 * is no such kernel. */
static int describe(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                    const struct conv *v, const struct prim *p,
                    struct choice choice, int n_posts, int allow_reference,
                    struct prune_error *err)
{
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    const dnnl_memory_desc_t *src, *dst;
    lay(v, choice.lie, &src, &dst);
    dnnl_status_t s = dnnl_dilated_convolution_forward_desc_init(
        &desc, dnnl_forward_inference, choice.alg, src, &v->weights,
        v->has_bias ? &v->bias : NULL, dst, v->stride, v->dilation, v->low,
        v->high);
    if (s == dnnl_unimplemented)
        return DN_PLAIN;
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, p, n_posts);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    if (choice.second)
        return dn_describe_second(c, out, &desc, attr, p, err);
    return dn_describe(c, out, &desc, attr, allow_reference, p, err);
}

/* A 3x3 window at stride 1: what the library's Winograd kernels take. */
static int suits_winograd(const struct program *program,
                          const struct prim *p)
{
    const struct shape *w = &program->slots[p->in[1]].shape;
    const struct prim_conv *v = &p->conv;
    return v->space == 2 && v->groups == 1 && w->dims[2] == 3 &&
           w->dims[3] == 3 && v->stride[0] == 1 && v->stride[1] == 1 &&
           v->dilation[0] == 1 && v->dilation[1] == 1 &&
           program->slots[p->in[1]].constant != NULL;
}

/* --- by rule --------------------------------------------------------- */

/* Blocks with few places that are only filling. */
static int suits_blocks(int64_t channels)
{
    int64_t filled = (channels + 15) / 16 * 16;
    return filled * 3 <= channels * 4;
}

static int fills_blocks(const struct shape *w)
{
    return suits_blocks(w->dims[0]) && suits_blocks(w->dims[1]);
}

/* Whether each channel is on its own. */
static int is_depthwise(const struct program *program, const struct prim *p)
{
    const struct shape *w = &program->slots[p->in[1]].shape;
    return p->conv.groups > 1 && w->dims[1] == 1 &&
           w->dims[0] == p->conv.groups;
}

/* How much more a step of a depthwise convolution counts. */
static const double DEPTHWISE = 5.0;

enum onednn_policy onednn_rule(const struct program *p)
{
    double all = 0.0, blocked = 0.0;
    for (int i = 0; i < p->n_prims; i++) {
        const struct prim *prim = &p->prims[i];
        if (prim->kind != &prim_conv)
            continue;
        const struct shape *w = &p->slots[prim->in[1]].shape;
        double macs = (double)shape_numel(&p->slots[prim->out].shape) *
                      (double)shape_span(w, 1, w->rank);
        all += macs;
        if (suits_winograd(p, prim) && fills_blocks(w))
            blocked += macs;
        else if (is_depthwise(p, prim)) /* few operations, many reads */
            blocked += DEPTHWISE * macs;
    }
    return blocked > 0.25 * all ? ONEDNN_BLOCKED : ONEDNN_DIRECT;
}

enum { MAX_CHOICES = 4 };

/* What to ask for, the best first. */
static int preferences(struct dn_compiler *c, const struct prim *p,
                       struct choice out[MAX_CHOICES])
{
    const struct shape *w = dn_shape(c, p->in[1]);
    int64_t channels = dn_shape(c, p->in[0])->dims[1];
    int n = 0;
    if (c->policy == ONEDNN_BLOCKED) {
        if (suits_winograd(c->program, p) && fills_blocks(w))
            out[n++] = (struct choice){dnnl_convolution_winograd, AS_LIKED,
                                       0};
        if (suits_blocks(channels))
            out[n++] = (struct choice){dnnl_convolution_direct, BLOCKED, 0};
        else if (channels <= 4)
            out[n++] = (struct choice){dnnl_convolution_direct, AS_IT_IS, 0};
    }
    if (is_depthwise(c->program, p))
        out[n++] = (struct choice){dnnl_convolution_direct, AS_LIKED, 1};
    out[n++] = (struct choice){dnnl_convolution_direct, AS_LIKED, 0};
    return n;
}

/* Winograd's kernels know few functions, and save more than one that
 * follows by itself costs. */
static int choose_winograd(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                           const struct conv *v, const struct prim *p,
                           struct choice choice, int *fused,
                           struct prune_error *err)
{
    int code = DN_PLAIN;
    for (int n = p->n_posts; n >= 0 && code == DN_PLAIN; n--) {
        *fused = n;
        code = describe(c, out, v, p, choice, n, 0, err);
    }
    return code;
}

/* The first kernel of the list that takes as many posts as possible. */
static int choose_by_rule(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                          const struct conv *v, const struct prim *p,
                          int *fused, struct prune_error *err)
{
    struct choice list[MAX_CHOICES];
    int code = DN_PLAIN, n_list = preferences(c, p, list);
    if (list[0].alg == dnnl_convolution_winograd)
        code = choose_winograd(c, out, v, p, list[0], fused, err);
    for (int n = p->n_posts; n >= 0 && code == DN_PLAIN; n--) {
        *fused = n;
        for (int i = 0; i < n_list && code == DN_PLAIN; i++)
            code = describe(c, out, v, p, list[i], n, 0, err);
    }
    if (code == DN_PLAIN) {
        *fused = p->n_posts;
        code = describe(c, out, v, p, list[n_list - 1], p->n_posts, 1, err);
    }
    return code;
}

/* --- by timing ------------------------------------------------------- */

static const struct choice choices[] = {
    {dnnl_convolution_direct, AS_LIKED, 0},
    {dnnl_convolution_direct, AS_IT_IS, 0},
    {dnnl_convolution_winograd, AS_LIKED, 0},
    {dnnl_convolution_direct, BLOCKED, 0},
    {dnnl_convolution_direct, AS_LIKED, 1},
};
enum { N_CHOICES = sizeof choices / sizeof *choices };

/* Every kernel there is, each with the posts that it takes; and trials of
 * it and of the change of layout before it. */
struct contest {
    dnnl_primitive_desc_t pds[N_CHOICES];
    int fused[N_CHOICES];
    struct dn_trial *trials[2 * N_CHOICES];
};

static void contest_done(struct contest *t)
{
    for (int i = 0; i < N_CHOICES; i++)
        if (t->pds[i] != NULL)
            dnnl_primitive_desc_destroy(t->pds[i]);
    for (int i = 0; i < 2 * N_CHOICES; i++)
        dn_trial_free(t->trials[i]);
}

static int try_kernel(struct dn_compiler *c, struct dn_trial **out,
                      const_dnnl_primitive_desc_t pd, const struct conv *v,
                      struct prune_error *err)
{
    struct dn_trial_arg args[] = {
        {DNNL_ARG_SRC, dn_md(pd, dnnl_query_src_md)},
        {DNNL_ARG_WEIGHTS, dn_md(pd, dnnl_query_weights_md)},
        {DNNL_ARG_DST, dn_md(pd, dnnl_query_dst_md)},
        {DNNL_ARG_BIAS, &v->bias},
    };
    return dn_trial_new(out, c, pd, args, v->has_bias ? 4 : 3, err);
}

static int try_reorder(struct dn_compiler *c, struct dn_trial **out,
                       const dnnl_memory_desc_t *from,
                       const dnnl_memory_desc_t *to, struct prune_error *err)
{
    dnnl_primitive_desc_t pd = NULL;
    struct dn_trial_arg args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    int code = dn_describe_reorder(c, &pd, from, to, err);
    if (code != 0)
        return code;
    code = dn_trial_new(out, c, pd, args, 2, err);
    dnnl_primitive_desc_destroy(pd);
    return code;
}

/* Enters choice i, unless there is no such kernel. */
static int enter(struct dn_compiler *c, struct contest *t, int i,
                 const struct conv *v, const struct prim *p,
                 struct prune_error *err)
{
    int code = DN_PLAIN;
    if (choices[i].alg == dnnl_convolution_winograd &&
        !suits_winograd(c->program, p))
        return 0;
    if (choices[i].second && !is_depthwise(c->program, p))
        return 0;
    for (int n = p->n_posts; n >= 0 && code == DN_PLAIN; n--) {
        t->fused[i] = n;
        code = describe(c, &t->pds[i], v, p, choices[i], n, 0, err);
    }
    if (code != 0)
        return code == DN_PLAIN ? 0 : code;
    const dnnl_memory_desc_t *src = dn_md(t->pds[i], dnnl_query_src_md);
    code = try_kernel(c, &t->trials[2 * i], t->pds[i], v, err);
    if (code == 0 && !dn_has(c, p->in[0], src))
        code = try_reorder(c, &t->trials[2 * i + 1], v->native, src, err);
    return code;
}

/* The entry with the least time, counting the change of layout; -1 when
 * there is none. */
static int winner(const struct contest *t, const double *seconds)
{
    int best = -1;
    for (int i = 0; i < N_CHOICES; i++)
        if (t->pds[i] != NULL &&
            (best < 0 || seconds[2 * i] + seconds[2 * i + 1] <
                             seconds[2 * best] + seconds[2 * best + 1]))
            best = i;
    return best;
}

static int choose_by_time(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                          const struct conv *v, const struct prim *p,
                          int *fused, struct prune_error *err)
{
    struct contest t = {0};
    double seconds[2 * N_CHOICES];
    int code = 0;
    for (int i = 0; i < N_CHOICES && code == 0; i++)
        code = enter(c, &t, i, v, p, err);
    if (code == 0)
        code = dn_trials_run(c, t.trials, seconds, 2 * N_CHOICES, err);
    int best = code == 0 ? winner(&t, seconds) : -1;
    if (best >= 0) {
        *out = t.pds[best];
        *fused = t.fused[best];
        t.pds[best] = NULL;
    }
    contest_done(&t);
    if (code != 0 || best >= 0)
        return code;
    return choose_by_rule(c, out, v, p, fused, err);
}

/* --- the step -------------------------------------------------------- */

static int weights_arg(struct dn_compiler *c, struct dn_arg *arg,
                       const struct conv *v, const struct prim *p,
                       const dnnl_memory_desc_t *md, struct prune_error *err)
{
    if (v->constant)
        return dn_weights(c, arg, DNNL_ARG_WEIGHTS, p->in[1],
                          &v->user_weights, md, err);
    *arg = (struct dn_arg){.arg = DNNL_ARG_WEIGHTS, .md = md};
    return dn_want_row_major(c, p->in[1], &arg->buffer, err);
}

/* Inputs, weights and output of the chosen kernel, and its step. */
static int emit(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                const struct conv *v, const struct prim *p, int fused,
                struct prune_error *err)
{
    struct dn_arg args[4];
    int n = 0, out = -1;
    const dnnl_memory_desc_t dst = *dn_md(pd, dnnl_query_dst_md);
    args[0] = (struct dn_arg){.arg = DNNL_ARG_SRC,
                              .md = dn_md(pd, dnnl_query_src_md)};
    int code = dn_want(c, p->in[0], args[n++].md, &args[0].buffer, err);
    if (code == 0 && v->has_bias) {
        args[n] = (struct dn_arg){.arg = DNNL_ARG_BIAS, .md = &v->bias};
        code = dn_want_row_major(c, p->in[2], &args[n++].buffer, err);
    }
    if (code == 0)
        code = dn_output(c, p, fused, p->in[0], &dst, &out, err);
    if (code == 0)
        args[n++] = (struct dn_arg){.arg = DNNL_ARG_DST,
                                    .md = &dst,
                                    .buffer = out};
    if (code == 0)
        code = weights_arg(c, &args[n++], v, p,
                           dn_md(pd, dnnl_query_weights_md), err);
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    code = dn_emit(c, pd, p->node, 1, args, n, out, err);
    return code == 0 ? dn_define(c, p->out, &dst, out, err) : code;
}

int dn_conv(struct dn_compiler *c, const struct prim *p, int *fused,
            struct prune_error *err)
{
    struct conv v = {0};
    dnnl_primitive_desc_t pd = NULL;
    int code = fill(c, &v, p, err);
    if (code == 0)
        code = c->policy == ONEDNN_TIMED
                   ? choose_by_time(c, &pd, &v, p, fused, err)
                   : choose_by_rule(c, &pd, &v, p, fused, err);
    return code == 0 ? emit(c, pd, &v, p, *fused, err) : code;
}
