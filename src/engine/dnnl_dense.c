#include "engine/dnnl_private.h"
#include "engine/own.h"

/* Fully connected layers (a constant second factor with two axes) become
 * inner products, which take a blocked image as it is; other products
 * become matmuls over row-major factors. */

static int is_constant(const struct dn_compiler *c, int slot)
{
    return c->program->slots[slot].constant != NULL;
}

/* Scales are folded into constants by a pass; what is left is plain. */
static int is_scaled(const struct prim *p)
{
    int has_bias = p->n_in > 2 && p->in[2] >= 0;
    return p->matmul.alpha != 1.0F || (has_bias && p->matmul.beta != 1.0F);
}

/* The bias is one number a column. */
static int bias_fits(const struct dn_compiler *c, const struct prim *p)
{
    if (p->n_in < 3 || p->in[2] < 0)
        return 1;
    const struct shape *b = dn_shape(c, p->in[2]);
    const struct shape *o = dn_shape(c, p->out);
    return b->rank >= 1 &&
           shape_numel(b) == o->dims[o->rank - 1] &&
           b->dims[b->rank - 1] == o->dims[o->rank - 1];
}

/* --- inner products -------------------------------------------------- */

/* One inner product in the library's terms: source [rows, features…],
 * weights [columns, features…], result [rows, columns]. */
struct inner {
    dnnl_memory_desc_t src, weights, user_weights, bias, dst;
    int slot; /* of the source */
    int has_bias;
};

/* The weights [columns, features…] as they lie in the constant, which is
 * [features, columns], or [columns, features] when transposed. */
static int user_weights(dnnl_memory_desc_t *md, const struct shape *features,
                        int64_t columns, int transposed)
{
    dnnl_dims_t dims = {columns}, strides = {1};
    int64_t step = transposed ? 1 : columns;
    for (int i = features->rank - 1; i >= 0; i--) {
        dims[i + 1] = features->dims[i];
        strides[i + 1] = step;
        step *= features->dims[i];
    }
    if (transposed)
        strides[0] = step;
    return (int)dnnl_memory_desc_init_by_strides(md, features->rank + 1,
                                                 dims, dnnl_f32, strides);
}

/* Large weights stay as they are where that is about as fast: for a single
 * row, which every number is read for once, and for many rows when columns
 * lie side by side. (Of 16 MB, one row: 2.7 ms against 4.7 ms repacked; 128
 * rows of 9 MB: 6.0 against 5.5, and 5.3 against 5.5 the other way round.)
 * It saves their copy and the time to make it. */
static int stays(int64_t rows, int64_t features, int64_t columns,
                 int transposed)
{
    enum { LARGE = 1 << 18, MANY = 32 };
    return features * columns >= LARGE &&
           (rows == 1 || (rows >= MANY && !transposed));
}

/* Fills all but the source, whose features have that shape. */
static int fill_inner(struct dn_compiler *c, struct inner *v,
                      const struct prim *p, const struct shape *features)
{
    const struct shape *o = dn_shape(c, p->out);
    int64_t columns = o->dims[o->rank - 1];
    struct shape weights = {.rank = features->rank + 1, .dims = {columns}};
    struct shape result = {.rank = 2,
                           .dims = {shape_span(o, 0, o->rank - 1), columns}};
    struct shape bias = {.rank = 1, .dims = {columns}};
    for (int i = 0; i < features->rank; i++)
        weights.dims[i + 1] = features->dims[i];
    v->has_bias = p->n_in > 2 && p->in[2] >= 0;
    if (user_weights(&v->user_weights, features, columns,
                     p->matmul.trans_b) != 0 ||
        dn_any(&v->weights, &weights) != 0)
        return -1;
    if (stays(result.dims[0], shape_numel(features), columns,
              p->matmul.trans_b))
        v->weights = v->user_weights;
    return dn_row_major(&v->bias, &bias) != 0 ||
           dn_row_major(&v->dst, &result) != 0;
}

static int describe_inner(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                          const struct inner *v, const struct prim *p,
                          int n_posts, int allow_reference,
                          struct prune_error *err)
{
    dnnl_inner_product_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t s = dnnl_inner_product_forward_desc_init(
        &desc, dnnl_forward_inference, &v->src, &v->weights,
        v->has_bias ? &v->bias : NULL, &v->dst);
    if (s == dnnl_unimplemented)
        return DN_PLAIN;
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, p, n_posts);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    return dn_describe(c, out, &desc, attr, allow_reference, p, err);
}

/* The posts that an inner product may hold: a sum would need its output
 * over another slot, which is left to a step of its own. */
static int posts_before_sum(const struct prim *p)
{
    int n = 0;
    while (n < p->n_posts && !p->posts[n].is_sum)
        n++;
    return n;
}

/* The flattened image itself, when the first factor is a view of one. */
static int try_image(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                     struct inner *v, const struct prim *p, int n_posts,
                     struct prune_error *err)
{
    int from = c->view_of[p->in[0]];
    const struct shape *a = dn_shape(c, p->in[0]);
    /* A single row is quickly laid straight, and its weights stay. */
    if (from < 0 || a->rank != 2 || p->matmul.trans_a ||
        stays(a->dims[0], a->dims[1], dn_shape(c, p->out)->dims[1], 1))
        return DN_PLAIN;
    const struct shape *x = dn_shape(c, from);
    if (x->rank < 3 || x->rank > 5 || x->dims[0] != a->dims[0])
        return DN_PLAIN;
    struct shape features = {.rank = x->rank - 1};
    for (int i = 1; i < x->rank; i++)
        features.dims[i - 1] = x->dims[i];
    struct dn_rep *native = NULL;
    int code = dn_native(c, from, &native, err);
    if (code != 0)
        return code;
    v->src = native->md;
    v->slot = from;
    if (fill_inner(c, v, p, &features) != 0)
        return DN_PLAIN;
    return describe_inner(c, out, v, p, n_posts, 0, err);
}

/* The first factor as rows of numbers. */
static int try_rows(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                    struct inner *v, const struct prim *p, int n_posts,
                    struct prune_error *err)
{
    const struct shape *a = dn_shape(c, p->in[0]);
    struct shape rows = {.rank = 2,
                         .dims = {shape_span(a, 0, a->rank - 1),
                                  a->dims[a->rank - 1]}};
    struct shape features = {.rank = 1, .dims = {rows.dims[1]}};
    v->slot = p->in[0];
    if (dn_row_major(&v->src, &rows) != 0 ||
        fill_inner(c, v, p, &features) != 0)
        return dn_fail(p, dnnl_invalid_arguments, err);
    int code = describe_inner(c, out, v, p, n_posts, 0, err);
    if (code == DN_PLAIN)
        code = describe_inner(c, out, v, p, n_posts, 1, err);
    return code;
}

static int emit_inner(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                      const struct inner *v, const struct prim *p,
                      int fused, struct prune_error *err)
{
    struct dn_arg args[4];
    dnnl_memory_desc_t row_major;
    int n = 0, out = -1;
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_SRC, .md = &v->src};
    int code = v->slot != p->in[0]
                   ? dn_want(c, v->slot, &v->src, &args[0].buffer, err)
                   : dn_want_row_major(c, v->slot, &args[0].buffer, err);
    if (code == 0 && v->has_bias) {
        args[n] = (struct dn_arg){.arg = DNNL_ARG_BIAS, .md = &v->bias};
        code = dn_want_row_major(c, p->in[2], &args[n++].buffer, err);
    }
    if (code == 0 && dn_row_major(&row_major, dn_shape(c, p->out)) != 0)
        code = dn_fail(p, dnnl_invalid_arguments, err);
    if (code == 0)
        code = dn_output(c, p, fused, v->slot, &row_major, &out, err);
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_DST,
                                .md = &v->dst,
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
    return code == 0 ? dn_define(c, p->out, &row_major, out, err) : code;
}

static int inner(struct dn_compiler *c, const struct prim *p, int *fused,
                 struct prune_error *err)
{
    struct inner v = {0};
    dnnl_primitive_desc_t pd = NULL;
    int n = p->n_posts;
    int code = try_image(c, &pd, &v, p, n, err);
    if (code == DN_PLAIN)
        code = try_rows(c, &pd, &v, p, n, err);
    if (code == DN_PLAIN && n > 0)
        code = try_rows(c, &pd, &v, p, n = 0, err);
    *fused = n;
    return code == 0 ? emit_inner(c, pd, &v, p, n, err) : code;
}

/* --- general products ------------------------------------------------ */

/* [..., rows, columns] as it lies, with ones in front up to `rank`. */
static int factor(dnnl_memory_desc_t *md, const struct shape *s, int rank,
                  int transposed)
{
    dnnl_memory_desc_t dense;
    if (dn_row_major_to(&dense, s, rank) != 0)
        return -1;
    int order[DNNL_MAX_NDIMS];
    for (int i = 0; i < rank; i++)
        order[i] = i;
    if (transposed) {
        order[rank - 1] = rank - 2;
        order[rank - 2] = rank - 1;
    }
    return (int)dnnl_memory_desc_permute_axes(md, &dense, order);
}

struct product {
    dnnl_memory_desc_t a, b, bias, dst;
    int has_bias;
};

static int fill_product(struct dn_compiler *c, struct product *v,
                        const struct prim *p)
{
    const struct shape *o = dn_shape(c, p->out);
    struct shape bias = {.rank = 1, .dims = {o->dims[o->rank - 1]}};
    v->has_bias = p->n_in > 2 && p->in[2] >= 0;
    return factor(&v->a, dn_shape(c, p->in[0]), o->rank,
                  p->matmul.trans_a) != 0 ||
           factor(&v->b, dn_shape(c, p->in[1]), o->rank,
                  p->matmul.trans_b) != 0 ||
           dn_row_major_to(&v->bias, &bias, o->rank) != 0 ||
           dn_row_major(&v->dst, o) != 0;
}

static int describe_product(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                            const struct product *v, const struct prim *p,
                            int n_posts, struct prune_error *err)
{
    dnnl_matmul_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t s = dnnl_matmul_desc_init(
        &desc, &v->a, &v->b, v->has_bias ? &v->bias : NULL, &v->dst);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, p, n_posts);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    return dn_describe(c, out, &desc, attr, 1, p, err);
}

static int emit_product(struct dn_compiler *c, dnnl_primitive_desc_t pd,
                        const struct product *v, const struct prim *p,
                        struct prune_error *err)
{
    struct dn_arg args[4];
    int n = 0, out = -1;
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_SRC, .md = &v->a};
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_WEIGHTS, .md = &v->b};
    int code = dn_want_row_major(c, p->in[0], &args[0].buffer, err);
    if (code == 0)
        code = dn_want_row_major(c, p->in[1], &args[1].buffer, err);
    if (code == 0 && v->has_bias) {
        args[n] = (struct dn_arg){.arg = DNNL_ARG_BIAS, .md = &v->bias};
        code = dn_want_row_major(c, p->in[2], &args[n++].buffer, err);
    }
    if (code == 0) {
        out = dn_buffer(c, &v->dst, err);
        code = out < 0 ? out : 0;
    }
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    args[n++] = (struct dn_arg){.arg = DNNL_ARG_DST,
                                .md = &v->dst,
                                .buffer = out};
    code = dn_emit(c, pd, p->node, 1, args, n, out, err);
    return code == 0 ? dn_define(c, p->out, &v->dst, out, err) : code;
}

static int product(struct dn_compiler *c, const struct prim *p, int *fused,
                   struct prune_error *err)
{
    struct product v;
    dnnl_primitive_desc_t pd = NULL;
    if (fill_product(c, &v, p) != 0)
        return dn_fail(p, dnnl_invalid_arguments, err);
    *fused = posts_before_sum(p);
    int code = describe_product(c, &pd, &v, p, *fused, err);
    return code == 0 ? emit_product(c, pd, &v, p, err) : code;
}

int dn_matmul(struct dn_compiler *c, const struct prim *p, int *fused,
              struct prune_error *err)
{
    if (is_scaled(p) || !bias_fits(c, p))
        return DN_PLAIN;
    if (own_find(p, c->program->slots) != NULL)
        return dn_own(c, p, fused, err);
    if (is_constant(c, p->in[1]) && dn_shape(c, p->in[1])->rank == 2 &&
        !p->matmul.trans_a)
        return inner(c, p, fused, err);
    return product(c, p, fused, err);
}
