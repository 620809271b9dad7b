#include "engine/dnnl_private.h"

/* A transposed convolution in the library's terms: weights [M, C, k…], with
 * groups [g, M / g, C / g, k…]. */
struct deconv {
    dnnl_memory_desc_t src, weights, user_weights, bias, dst;
    dnnl_dims_t stride, dilation, low, high;
    int has_bias;
};

/* The constant [C, M / g, k…] seen under the library's order of axes. */
static int user_weights(dnnl_memory_desc_t *md, const struct prim_conv *p,
                        const struct shape *w)
{
    struct shape s = *w;
    dnnl_memory_desc_t lying;
    int order[DNNL_MAX_NDIMS], first = 0;
    if (p->groups > 1) {
        s.rank = w->rank + 1;
        s.dims[0] = p->groups;
        s.dims[1] = w->dims[0] / p->groups;
        for (int i = 1; i < w->rank; i++)
            s.dims[i + 1] = w->dims[i];
        first = 1;
    }
    for (int i = 0; i < s.rank; i++)
        order[i] = i;
    order[first] = first + 1;
    order[first + 1] = first;
    return dn_row_major(&lying, &s) != 0 ||
           dnnl_memory_desc_permute_axes(md, &lying, order) != dnnl_success;
}

static int fill(struct dn_compiler *c, struct deconv *v,
                const struct prim *p)
{
    const struct shape *x = dn_shape(c, p->in[0]), *o = dn_shape(c, p->out);
    const struct shape *w = dn_shape(c, p->in[1]);
    v->has_bias = p->n_in > 2 && p->in[2] >= 0;
    if (user_weights(&v->user_weights, &p->conv, w) != 0 ||
        dnnl_memory_desc_init_by_tag(
            &v->weights, v->user_weights.ndims, v->user_weights.dims,
            dnnl_f32, dnnl_format_tag_any) != dnnl_success ||
        dn_any(&v->src, x) != 0 || dn_any(&v->dst, o) != 0 ||
        (v->has_bias && dn_row_major(&v->bias, dn_shape(c, p->in[2])) != 0))
        return -1;
    for (int i = 0; i < p->conv.space; i++) {
        int64_t reach = p->conv.dilation[i] * (w->dims[2 + i] - 1) + 1;
        int64_t all = p->conv.stride[i] * (x->dims[2 + i] - 1) + reach;
        int64_t high = all - p->conv.pad_low[i] - o->dims[2 + i];
        v->stride[i] = p->conv.stride[i];
        v->dilation[i] = p->conv.dilation[i] - 1;
        v->low[i] = p->conv.pad_low[i];
        v->high[i] = high > 0 ? high : 0;
    }
    return 0;
}

static int describe(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                    const struct deconv *v, const struct prim *p,
                    int n_posts, struct prune_error *err)
{
    dnnl_deconvolution_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t s = dnnl_dilated_deconvolution_forward_desc_init(
        &desc, dnnl_forward_inference, dnnl_deconvolution_direct, &v->src,
        &v->weights, v->has_bias ? &v->bias : NULL, &v->dst, v->stride,
        v->dilation, v->low, v->high);
    if (s == dnnl_unimplemented || s == dnnl_invalid_arguments)
        return DN_PLAIN; /* its sizes are not the library's */
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, p, n_posts);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    return dn_describe(c, out, &desc, attr, 1, p, err);
}

static int emit(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                const struct deconv *v, const struct prim *p,
                struct prune_error *err)
{
    const dnnl_memory_desc_t dst = *dn_md(pd, dnnl_query_dst_md);
    struct dn_arg args[4];
    int n = 0, out = -1;
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_SRC,
                                .md = dn_md(pd, dnnl_query_src_md)};
    int code = dn_want(c, p->in[0], args[0].md, &args[0].buffer, err);
    if (code == 0 && v->has_bias) {
        args[n] = (struct dn_arg){.arg = DNNL_ARG_BIAS, .md = &v->bias};
        code = dn_want_row_major(c, p->in[2], &args[n++].buffer, err);
    }
    if (code == 0) {
        out = dn_buffer(c, &dst, err);
        code = out < 0 ? out : 0;
    }
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_DST, .md = &dst,
                                .buffer = out};
    if (code == 0)
        code = dn_weights(c, &args[n++], DNNL_ARG_WEIGHTS, p->in[1],
                          &v->user_weights,
                          dn_md(pd, dnnl_query_weights_md), err);
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    code = dn_emit(c, pd, p->node, 1, args, n, out, err);
    return code == 0 ? dn_define(c, p->out, &dst, out, err) : code;
}

static int posts_before_sum(const struct prim *p)
{
    int n = 0;
    while (n < p->n_posts && !p->posts[n].is_sum)
        n++;
    return n;
}

int dn_deconv(struct dn_compiler *c, const struct prim *p, int *fused,
              struct prune_error *err)
{
    struct deconv v = {0};
    dnnl_primitive_desc_t pd = NULL;
    int code = DN_PLAIN;
    if (c->program->slots[p->in[1]].constant == NULL ||
        fill(c, &v, p) != 0)
        return DN_PLAIN;
    for (int n = posts_before_sum(p); n >= 0 && code == DN_PLAIN; n--) {
        *fused = n;
        code = describe(c, &pd, &v, p, n, err);
    }
    return code == 0 ? emit(c, pd, &v, p, err) : code;
}
