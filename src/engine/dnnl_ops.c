
#include "base/alloc.h"
#include "engine/dnnl_private.h"
#include "engine/own.h"
#include "engine/plain.h"

/* --- element-wise ---------------------------------------------------- */

int dn_alg_of(const struct prim_eltwise *e, struct dn_alg out[2])
{
    static const struct {
        enum eltwise f;
        dnnl_alg_kind_t kind;
    } same[] = {
        {ELT_RELU, dnnl_eltwise_relu},
        {ELT_SIGMOID, dnnl_eltwise_logistic},
        {ELT_TANH, dnnl_eltwise_tanh},
        {ELT_HARDSWISH, dnnl_eltwise_hardswish},
        {ELT_EXP, dnnl_eltwise_exp},
        {ELT_SQRT, dnnl_eltwise_sqrt},
        {ELT_ABS, dnnl_eltwise_abs},
        {ELT_SOFTPLUS, dnnl_eltwise_soft_relu},
        {ELT_GELU, dnnl_eltwise_gelu_erf},
        {ELT_GELU_TANH, dnnl_eltwise_gelu_tanh},
        {ELT_MISH, dnnl_eltwise_mish},
        {ELT_LOG, dnnl_eltwise_log},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (same[i].f == e->f) {
            out[0] = (struct dn_alg){same[i].kind, 0.0F, 0.0F};
            return 1;
        }
    switch (e->f) {
    case ELT_CLIP:
        out[0] = (struct dn_alg){dnnl_eltwise_clip, e->alpha, e->beta};
        return 1;
    case ELT_HARDSIGMOID:
        out[0] = (struct dn_alg){dnnl_eltwise_linear, e->alpha, e->beta};
        out[1] = (struct dn_alg){dnnl_eltwise_clip, 0.0F, 1.0F};
        return 2;
    case ELT_LEAKY:
        out[0] = (struct dn_alg){dnnl_eltwise_relu, e->alpha, 0.0F};
        return 1;
    case ELT_ELU:
        out[0] = (struct dn_alg){dnnl_eltwise_elu, e->alpha, 0.0F};
        return 1;
    case ELT_LINEAR:
        out[0] = (struct dn_alg){dnnl_eltwise_linear, e->alpha, e->beta};
        return 1;
    case ELT_NEG:
        out[0] = (struct dn_alg){dnnl_eltwise_linear, -1.0F, 0.0F};
        return 1;
    case ELT_SWISH:
        out[0] = (struct dn_alg){dnnl_eltwise_swish, 1.0F, 0.0F};
        return 1;
    default:
        return 0;
    }
}

static int apply_one(struct dn_compiler *c, const struct prim *p,
                     const struct dn_alg *alg, const dnnl_memory_desc_t *md,
                     int from, int to, struct prune_error *err)
{
    dnnl_eltwise_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_eltwise_forward_desc_init(
        &desc, dnnl_forward_inference, alg->kind, md, alg->alpha, alg->beta);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    int code = dn_describe(c, &pd, &desc, attr, 1, p, err);
    if (code != 0)
        return code;
    struct dn_arg args[] = {
        {.arg = DNNL_ARG_SRC, .md = md, .buffer = from},
        {.arg = DNNL_ARG_DST, .md = md, .buffer = to},
    };
    return dn_emit(c, pd, p->node, 1, args, 2, to, err);
}

int dn_apply(struct dn_compiler *c, const struct prim *p,
             const struct prim_eltwise *e, const dnnl_memory_desc_t *md,
             int from, int to, struct prune_error *err)
{
    struct dn_alg algs[2];
    int n = dn_alg_of(e, algs), code = 0;
    if (n == 0)
        return dn_map(c, p, e, md, from, to, err);
    for (int i = 0; i < n && code == 0; i++)
        code = apply_one(c, p, &algs[i], md, i == 0 ? from : to, to, err);
    return code;
}

int dn_eltwise(struct dn_compiler *c, const struct prim *p, int *fused,
               struct prune_error *err)
{
    struct dn_rep *x = NULL;
    struct dn_alg algs[2];
    if (dn_alg_of(&p->eltwise, algs) == 0 && !own_maps(&p->eltwise))
        return DN_PLAIN;
    int code = dn_native(c, p->in[0], &x, err);
    if (code != 0)
        return code;
    int out = x->buffer;
    if (!dn_is_last_read(c, p->in[0], out))
        out = dn_buffer(c, &x->md, err);
    if (out < 0)
        return out;
    *fused = 0;
    code = dn_apply(c, p, &p->eltwise, &x->md, x->buffer, out, err);
    return code == 0 ? dn_define(c, p->out, &x->md, out, err) : code;
}

/* --- two inputs ------------------------------------------------------ */

static int binary_alg(enum binary f, dnnl_alg_kind_t *out)
{
    switch (f) {
    case BIN_ADD:
        *out = dnnl_binary_add;
        return 1;
    case BIN_SUB:
        *out = dnnl_binary_sub;
        return 1;
    case BIN_MUL:
        *out = dnnl_binary_mul;
        return 1;
    case BIN_DIV:
        *out = dnnl_binary_div;
        return 1;
    case BIN_MAX:
        *out = dnnl_binary_max;
        return 1;
    case BIN_MIN:
        *out = dnnl_binary_min;
        return 1;
    default:
        return 0;
    }
}

static int commutes(enum binary f)
{
    return f == BIN_ADD || f == BIN_MUL || f == BIN_MAX || f == BIN_MIN;
}

/* The operand that has the output's shape (0 or 1), or -1. The library's
 * first operand must be whole. */
static int whole_operand(const struct dn_compiler *c, const struct prim *p)
{
    const struct shape *o = dn_shape(c, p->out);
    if (shape_equal(dn_shape(c, p->in[0]), o))
        return 0;
    if (commutes(p->binary.f) && shape_equal(dn_shape(c, p->in[1]), o))
        return 1;
    return -1;
}

/* Layouts to try for the second operand, the best first: that of the first
 * when the shapes are equal; else its own, then row-major. */
static int second_layouts(struct dn_compiler *c, int slot, int rank,
                          const struct dn_rep *x, dnnl_memory_desc_t out[2],
                          int *n, struct prune_error *err)
{
    struct dn_rep *y = NULL;
    const struct shape *s = dn_shape(c, slot);
    int code = dn_native(c, slot, &y, err);
    *n = 0;
    if (code != 0)
        return code;
    if (y->md.ndims == rank)
        out[(*n)++] = y->md;
    for (int i = 0; i < rank && s->rank == rank; i++)
        if (s->dims[i] != x->md.dims[i]) {
            /* Broadcast: row-major is what kernels take. */
            return dn_row_major(&out[(*n)++], s) != 0
                       ? dn_fail(NULL, dnnl_invalid_arguments, err)
                       : 0;
        }
    if (s->rank == rank) {
        out[0] = x->md;
        *n = 1;
        return 0;
    }
    return dn_row_major_to(&out[(*n)++], s, rank) != 0
               ? dn_fail(NULL, dnnl_invalid_arguments, err)
               : 0;
}

/* The buffer of a slot in a layout that may have more axes than it has. */
static int want_wide(struct dn_compiler *c, int slot,
                     const dnnl_memory_desc_t *md, int *buffer,
                     struct prune_error *err)
{
    const struct shape *s = dn_shape(c, slot);
    return s->rank == md->ndims ? dn_want(c, slot, md, buffer, err)
                                : dn_want_row_major(c, slot, buffer, err);
}

static int describe_binary(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                           const struct prim *p,
                           const dnnl_memory_desc_t *x,
                           const dnnl_memory_desc_t *y, int n_posts,
                           struct prune_error *err)
{
    dnnl_binary_desc_t desc;
    dnnl_alg_kind_t alg;
    dnnl_primitive_attr_t attr = NULL;
    if (!binary_alg(p->binary.f, &alg))
        return DN_PLAIN;
    dnnl_status_t s = dnnl_binary_desc_init(&desc, alg, x, y, x);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, p, n_posts);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    return dn_describe(c, out, &desc, attr, 0, p, err);
}

static int only_functions(const struct prim *p)
{
    for (int i = 0; i < p->n_posts; i++)
        if (p->posts[i].is_sum)
            return 0;
    return p->n_posts;
}

static int emit_binary(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                       const struct prim *p, int first,
                       const struct dn_rep *x, const dnnl_memory_desc_t *y,
                       struct prune_error *err)
{
    int other = -1, out = x->buffer;
    int a = p->in[first], b = p->in[1 - first];
    int code = want_wide(c, b, y, &other, err);
    if (code == 0 && (!dn_is_last_read(c, a, out) || dn_same_root(c, a, b))) {
        out = dn_buffer(c, &x->md, err);
        code = out < 0 ? out : 0;
    }
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    struct dn_arg args[] = {
        {.arg = DNNL_ARG_SRC_0, .md = &x->md, .buffer = x->buffer},
        {.arg = DNNL_ARG_SRC_1, .md = y, .buffer = other},
        {.arg = DNNL_ARG_DST, .md = &x->md, .buffer = out},
    };
    code = dn_emit(c, pd, p->node, 1, args, 3, out, err);
    return code == 0 ? dn_define(c, p->out, &x->md, out, err) : code;
}

int dn_binary(struct dn_compiler *c, const struct prim *p, int *fused,
              struct prune_error *err)
{
    int first = whole_operand(c, p), n = 0;
    dnnl_memory_desc_t y[2];
    struct dn_rep *x = NULL;
    dnnl_primitive_desc_t pd = NULL;
    if (first < 0)
        return dn_own(c, p, fused, err);
    int code = dn_native(c, p->in[first], &x, err);
    if (code == 0)
        code = second_layouts(c, p->in[1 - first], x->md.ndims, x, y, &n,
                              err);
    if (code != 0)
        return code;
    *fused = only_functions(p);
    int chosen = 0;
    code = DN_PLAIN;
    for (int i = 0; i < n && code == DN_PLAIN; i++) {
        chosen = i;
        code = describe_binary(c, &pd, p, &x->md, &y[i], *fused, err);
    }
    if (code == DN_PLAIN)
        return dn_own(c, p, fused, err);
    return code == 0 ? emit_binary(c, pd, p, first, x, &y[chosen], err)
                     : code;
}

/* --- scale and shift by channel -------------------------------------- */

/* A batch normalisation whose mean is 0 and variance 1. */
static int describe_affine(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                           const struct prim *p, const dnnl_memory_desc_t *x,
                           int n_posts, struct prune_error *err)
{
    dnnl_batch_normalization_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t s = dnnl_batch_normalization_forward_desc_init(
        &desc, dnnl_forward_inference, x, 0.0F,
        dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, p, n_posts);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    return dn_describe(c, out, &desc, attr, 0, p, err);
}

/* A vector of n times `value` that the step will own. */
static int own_vector(struct dn_arg *arg, int which,
                      const dnnl_memory_desc_t *md, float value,
                      struct prune_error *err)
{
    size_t n = (size_t)md->dims[0];
    float *v = mem_aligned(n, sizeof *v);
    if (v == NULL)
        return err_memory(err, "weights");
    for (size_t i = 0; i < n; i++)
        v[i] = value;
    *arg = (struct dn_arg){.arg = which, .md = md, .buffer = DN_OWN};
    arg->own = (struct dn_own){v, n * sizeof *v};
    return 0;
}

static int emit_affine(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                       const struct prim *p, const struct dn_rep *x,
                       struct prune_error *err)
{
    dnnl_memory_desc_t vector;
    struct dn_arg args[6] = {{.arg = DNNL_ARG_SRC, .md = &x->md,
                              .buffer = x->buffer}};
    int out = x->buffer, code = 0;
    if (!dn_is_last_read(c, p->in[0], out))
        out = dn_buffer(c, &x->md, err);
    if (out < 0)
        code = out;
    args[1] = (struct dn_arg){.arg = DNNL_ARG_DST, .md = &x->md,
                              .buffer = out};
    if (code == 0 && dn_row_major(&vector, dn_shape(c, p->in[1])) != 0)
        code = dn_fail(p, dnnl_invalid_arguments, err);
    for (int i = 0; i < 2 && code == 0; i++) {
        args[2 + i].arg = i == 0 ? DNNL_ARG_SCALE : DNNL_ARG_SHIFT;
        args[2 + i].md = &vector;
        code = dn_want_row_major(c, p->in[1 + i], &args[2 + i].buffer, err);
    }
    if (code == 0)
        code = own_vector(&args[4], DNNL_ARG_MEAN, &vector, 0.0F, err);
    if (code == 0)
        code = own_vector(&args[5], DNNL_ARG_VARIANCE, &vector, 1.0F, err);
    if (code != 0) {
        mem_free(args[4].own.data);
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    code = dn_emit(c, pd, p->node, 1, args, 6, out, err);
    return code == 0 ? dn_define(c, p->out, &x->md, out, err) : code;
}

/* By our own kernel. */
static int scale(struct dn_compiler *c, const struct prim *p,
                 const struct dn_rep *x, int relu, struct prune_error *err)
{
    int out = x->buffer;
    if (!dn_is_last_read(c, p->in[0], out))
        out = dn_buffer(c, &x->md, err);
    if (out < 0)
        return out;
    int code = dn_scale(c, p, &x->md, x->buffer, out, relu, err);
    return code == 0 ? dn_define(c, p->out, &x->md, out, err) : code;
}

int dn_affine(struct dn_compiler *c, const struct prim *p, int *fused,
              struct prune_error *err)
{
    struct dn_rep *x = NULL;
    dnnl_primitive_desc_t pd = NULL;
    int rank = dn_shape(c, p->in[0])->rank;
    if (rank < 2 || rank > 5)
        return DN_PLAIN;
    int code = dn_native(c, p->in[0], &x, err);
    if (code != 0)
        return code;
    int relu = p->n_posts > 0 && !p->posts[0].is_sum &&
               p->posts[0].eltwise.f == ELT_RELU;
    *fused = relu;
    code = scale(c, p, x, relu, err);
    if (code != DN_PLAIN)
        return code;
    for (*fused = relu; *fused >= 0 && code == DN_PLAIN; (*fused)--)
        code = describe_affine(c, &pd, p, &x->md, *fused, err);
    (*fused)++;
    return code == 0 ? emit_affine(c, pd, p, x, err) : code;
}

/* --- pooling --------------------------------------------------------- */

static int pool_alg(const struct prim_pool *p, dnnl_alg_kind_t *out)
{
    int extra = 0;
    for (int i = 0; i < p->space; i++)
        extra |= p->ceil_extra[i] > 0;
    if (p->mode == POOL_MEAN_WITH_PAD && extra)
        return 0; /* it would count the extra places as well */
    *out = p->mode == POOL_MAX ? dnnl_pooling_max
           : p->mode == POOL_MEAN
               ? dnnl_pooling_avg_exclude_padding
               : dnnl_pooling_avg_include_padding;
    return 1;
}

/* Every window must touch the input: the library would divide by zero. */
static int windows_touch(const struct prim_pool *p, const struct shape *x,
                         const struct shape *o)
{
    for (int i = 0; i < p->space; i++) {
        int64_t reach = p->dilation[i] * (p->kernel[i] - 1);
        int64_t last = (o->dims[2 + i] - 1) * p->stride[i] - p->pad_low[i];
        if (reach < p->pad_low[i] || last >= x->dims[2 + i])
            return 0;
        /* With gaps between its taps a window may straddle the input. */
        if (p->dilation[i] > 1 && (p->pad_low[i] > 0 || p->pad_high[i] > 0))
            return 0;
    }
    return 1;
}

/* The padding behind that the last window really reaches: the library
 * refuses more than a window of it. */
static int64_t high_padding(const struct prim_pool *p, int i,
                            const struct shape *x, const struct shape *o)
{
    int64_t end = (o->dims[2 + i] - 1) * p->stride[i] +
                  p->dilation[i] * (p->kernel[i] - 1) + 1;
    int64_t over = end - p->pad_low[i] - x->dims[2 + i];
    return over > 0 ? over : 0;
}

static int describe_pool(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                         const struct prim *p, dnnl_alg_kind_t alg,
                         const dnnl_memory_desc_t *src,
                         struct prune_error *err)
{
    const struct prim_pool *v = &p->pool;
    dnnl_pooling_v2_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_memory_desc_t dst;
    dnnl_dims_t stride, kernel, dilation, low, high;
    for (int i = 0; i < v->space; i++) {
        stride[i] = v->stride[i];
        kernel[i] = v->kernel[i];
        /* Of a single tap it means nothing, and may be refused. */
        dilation[i] = v->kernel[i] > 1 ? v->dilation[i] - 1 : 0;
        low[i] = v->pad_low[i];
        high[i] = high_padding(v, i, dn_shape(c, p->in[0]),
                               dn_shape(c, p->out));
    }
    if (dn_any(&dst, dn_shape(c, p->out)) != 0)
        return dn_fail(p, dnnl_invalid_arguments, err);
    dnnl_status_t s = dnnl_pooling_v2_forward_desc_init(
        &desc, dnnl_forward_inference, alg, src, &dst, stride, kernel,
        dilation, low, high);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    return dn_describe(c, out, &desc, attr, 1, p, err);
}

/* One input, one output, the descriptor decides the output's layout. */
static int emit_simple(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                       const struct prim *p, const dnnl_memory_desc_t *src,
                       int from, struct prune_error *err)
{
    const dnnl_memory_desc_t dst = *dn_md(pd, dnnl_query_dst_md);
    int out = dn_buffer(c, &dst, err);
    if (out < 0) {
        dnnl_primitive_desc_destroy(pd);
        return out;
    }
    struct dn_arg args[] = {
        {.arg = DNNL_ARG_SRC, .md = src, .buffer = from},
        {.arg = DNNL_ARG_DST, .md = &dst, .buffer = out},
    };
    int code = dn_emit(c, pd, p->node, 1, args, 2, out, err);
    return code == 0 ? dn_define(c, p->out, &dst, out, err) : code;
}

int dn_pool(struct dn_compiler *c, const struct prim *p, int *fused,
            struct prune_error *err)
{
    struct dn_rep *x = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_alg_kind_t alg;
    if (!pool_alg(&p->pool, &alg) ||
        !windows_touch(&p->pool, dn_shape(c, p->in[0]),
                       dn_shape(c, p->out)))
        return DN_PLAIN;
    *fused = 0;
    int code = dn_native(c, p->in[0], &x, err);
    if (code == 0)
        code = describe_pool(c, &pd, p, alg, &x->md, err);
    return code == 0 ? emit_simple(c, pd, p, &x->md, x->buffer, err) : code;
}

/* --- softmax, reduction ---------------------------------------------- */

int dn_softmax(struct dn_compiler *c, const struct prim *p, int *fused,
               struct prune_error *err)
{
    dnnl_memory_desc_t md;
    dnnl_softmax_v2_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    int from = -1;
    *fused = 0;
    dnnl_status_t s = (dnnl_status_t)dn_row_major(&md, dn_shape(c, p->out));
    if (s == dnnl_success)
        s = dnnl_softmax_v2_forward_desc_init(
            &desc, dnnl_forward_inference,
            p->softmax.log ? dnnl_softmax_log : dnnl_softmax_accurate, &md,
            &md, p->softmax.axis);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    int code = dn_describe(c, &pd, &desc, attr, 0, p, err);
    if (code != 0)
        return code;
    code = dn_want_row_major(c, p->in[0], &from, err);
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    return emit_simple(c, pd, p, &md, from, err);
}

static dnnl_alg_kind_t reduce_alg(enum reduce f)
{
    return f == RED_MEAN  ? dnnl_reduction_mean
           : f == RED_SUM ? dnnl_reduction_sum
           : f == RED_MAX ? dnnl_reduction_max
                          : dnnl_reduction_min;
}

int dn_reduce(struct dn_compiler *c, const struct prim *p, int *fused,
              struct prune_error *err)
{
    const struct shape *x = dn_shape(c, p->in[0]);
    struct shape kept = *x;
    dnnl_memory_desc_t src, dst, seen;
    dnnl_reduction_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    int from = -1;
    *fused = 0;
    if (p->reduce.axes == 0)
        return DN_PLAIN;
    for (int i = 0; i < x->rank; i++)
        if (p->reduce.axes >> i & 1)
            kept.dims[i] = 1;
    int code = dn_want_row_major(c, p->in[0], &from, err);
    if (code != 0)
        return code;
    dnnl_status_t s = dnnl_invalid_arguments;
    if (dn_row_major(&src, x) == 0 && dn_row_major(&dst, &kept) == 0 &&
        dn_row_major(&seen, dn_shape(c, p->out)) == 0)
        s = dnnl_reduction_desc_init(&desc, reduce_alg(p->reduce.f), &src,
                                     &dst, 0.0F, 0.0F);
    if (s == dnnl_invalid_arguments)
        return DN_PLAIN; /* nothing shrinks: sizes were 1 already */
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    code = dn_describe(c, &pd, &desc, attr, 0, p, err);
    if (code != 0)
        return code;
    int out = dn_buffer(c, &dst, err);
    if (out < 0) {
        dnnl_primitive_desc_destroy(pd);
        return out;
    }
    struct dn_arg args[] = {
        {.arg = DNNL_ARG_SRC, .md = &src, .buffer = from},
        {.arg = DNNL_ARG_DST, .md = &dst, .buffer = out},
    };
    code = dn_emit(c, pd, p->node, 1, args, 2, out, err);
    return code == 0 ? dn_define(c, p->out, &seen, out, err) : code;
}

/* --- concatenation --------------------------------------------------- */

/* Inputs that lie alike are joined by copying runs; those that do not, one
 * by one in the library's slow way. */
enum alike { AS_THEY_ARE, CHANNELS_LAST, ROW_MAJOR, N_ALIKE };

static int concat_layout(struct dn_compiler *c, dnnl_memory_desc_t *md,
                         int slot, enum alike how, struct prune_error *err)
{
    static const dnnl_format_tag_t last[] = {
        [3] = dnnl_nwc, [4] = dnnl_nhwc, [5] = dnnl_ndhwc};
    const struct shape *s = dn_shape(c, slot);
    struct dn_rep *x = NULL;
    int code = dn_native(c, slot, &x, err);
    if (code != 0)
        return code;
    *md = x->md;
    if (how == AS_THEY_ARE)
        return 0;
    if (how == CHANNELS_LAST && (s->rank < 3 || s->rank > 5))
        return DN_PLAIN;
    dnnl_status_t status =
        how == ROW_MAJOR
            ? (dnnl_status_t)dn_row_major(md, s)
            : dnnl_memory_desc_init_by_tag(md, s->rank, x->md.dims, dnnl_f32,
                                           last[s->rank]);
    return dn_fail(NULL, status, err);
}

static int describe_concat(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                           const struct prim *p, dnnl_memory_desc_t *mds,
                           enum alike how, int allow_reference,
                           struct prune_error *err)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    for (int i = 0; i < p->n_in; i++) {
        int code = concat_layout(c, &mds[i], p->in[i], how, err);
        if (code != 0)
            return code;
    }
    dnnl_status_t s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    s = dnnl_concat_primitive_desc_create(&pd, NULL, p->n_in, p->concat.axis,
                                          mds, attr, c->backend->engine);
    dnnl_primitive_attr_destroy(attr);
    return dn_accept(out, pd, s, allow_reference, p, err);
}

static int emit_concat(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                       const struct prim *p, const dnnl_memory_desc_t *mds,
                       struct prune_error *err)
{
    const dnnl_memory_desc_t dst = *dn_md(pd, dnnl_query_dst_md);
    int n = p->n_in, code = 0, out = -1;
    struct dn_arg *args = mem_calloc((size_t)n + 1, sizeof *args);
    if (args == NULL) {
        dnnl_primitive_desc_destroy(pd);
        return err_memory(err, "plan");
    }
    for (int i = 0; i < n && code == 0; i++) {
        args[i].arg = DNNL_ARG_MULTIPLE_SRC + i;
        args[i].md = &mds[i];
        code = dn_want(c, p->in[i], &mds[i], &args[i].buffer, err);
    }
    if (code == 0) {
        out = dn_buffer(c, &dst, err);
        code = out < 0 ? out : 0;
    }
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        mem_free(args);
        return code;
    }
    args[n] = (struct dn_arg){.arg = DNNL_ARG_DST, .md = &dst,
                              .buffer = out};
    code = dn_emit(c, pd, p->node, 1, args, n + 1, out, err);
    mem_free(args);
    return code == 0 ? dn_define(c, p->out, &dst, out, err) : code;
}

int dn_concat(struct dn_compiler *c, const struct prim *p, int *fused,
              struct prune_error *err)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_memory_desc_t *mds = mem_calloc((size_t)p->n_in, sizeof *mds);
    *fused = 0;
    if (mds == NULL)
        return err_memory(err, "plan");
    int code = DN_PLAIN;
    for (int how = AS_THEY_ARE; how < N_ALIKE && code == DN_PLAIN; how++)
        code = describe_concat(c, &pd, p, mds, (enum alike)how, 0, err);
    if (code == DN_PLAIN)
        code = describe_concat(c, &pd, p, mds, ROW_MAJOR, 1, err);
    if (code == 0)
        code = emit_concat(c, pd, p, mds, err);
    mem_free(mds);
    return code;
}

/* --- movements: reorders between odd descriptors --------------------- */

/* Copies what `from` describes within a buffer into a new row-major one. */
static int gather(struct dn_compiler *c, const struct prim *p,
                  const dnnl_memory_desc_t *from, int buffer,
                  struct prune_error *err)
{
    dnnl_memory_desc_t to;
    if (dn_row_major(&to, dn_shape(c, p->out)) != 0)
        return dn_fail(p, dnnl_invalid_arguments, err);
    int out = dn_buffer(c, &to, err);
    int code = out < 0 ? out : dn_reorder(c, from, buffer, &to, out, err);
    return code == 0 ? dn_define(c, p->out, &to, out, err) : code;
}

int dn_transpose(struct dn_compiler *c, const struct prim *p, int *fused,
                 struct prune_error *err)
{
    const struct shape *s = dn_shape(c, p->in[0]);
    dnnl_memory_desc_t row_major, seen;
    int to[DNNL_MAX_NDIMS] = {0}, buffer = -1;
    *fused = 0;
    if (s->rank < 1)
        return DN_PLAIN;
    for (int i = 0; i < s->rank; i++)
        to[p->transpose.perm[i]] = i;
    int code = dn_want_row_major(c, p->in[0], &buffer, err);
    if (code != 0)
        return code;
    if (dn_row_major(&row_major, s) != 0 ||
        dnnl_memory_desc_permute_axes(&seen, &row_major, to) != dnnl_success)
        return DN_PLAIN;
    return gather(c, p, &seen, buffer, err);
}

int dn_slice(struct dn_compiler *c, const struct prim *p, int *fused,
             struct prune_error *err)
{
    const struct shape *s = dn_shape(c, p->in[0]);
    const struct shape *o = dn_shape(c, p->out);
    dnnl_dims_t dims = {0}, strides = {0};
    dnnl_memory_desc_t seen;
    int64_t step = 1, offset = 0;
    int buffer = -1;
    *fused = 0;
    if (s->rank < 1)
        return DN_PLAIN;
    for (int i = s->rank - 1; i >= 0; i--) {
        if (p->slice.step[i] < 1)
            return DN_PLAIN;
        dims[i] = o->dims[i];
        strides[i] = step * p->slice.step[i];
        offset += step * p->slice.start[i];
        step *= s->dims[i];
    }
    int code = dn_want_row_major(c, p->in[0], &buffer, err);
    if (code != 0)
        return code;
    if (dnnl_memory_desc_init_by_strides(&seen, s->rank, dims, dnnl_f32,
                                         strides) != dnnl_success)
        return DN_PLAIN;
    seen.offset0 = offset;
    return gather(c, p, &seen, buffer, err);
}
