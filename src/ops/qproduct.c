#include "ops/qproduct.h"

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"

static int shape_of(struct shape *out, const struct graph *g,
                    const struct node *n, const struct qproduct *p,
                    const struct shape *a, const struct shape *b,
                    struct prune_error *err)
{
    return p->is_conv ? quant_conv_shape(out, g, n, a, b, err)
                      : quant_matmul_shape(out, n, a, b, err);
}

int qproduct_infer(struct graph *g, struct node *n, const struct qproduct *p,
                   struct prune_error *err)
{
    const struct value *a = node_in(g, n, p->a), *b = node_in(g, n, p->b);
    struct shape shape;
    int e = shape_of(&shape, g, n, p, &a->shape, &b->shape, err);

    return e ? e : ops_out(g, n, 0, &shape,
                           p->y_zero < 0 ? DTYPE_I32
                                         : node_in(g, n, p->y_zero)->dtype,
                           err);
}

struct factors {
    const struct tensor *a, *b;
    struct quant of_a, of_b;
    int32_t *x, *w, *sums;
    struct shape shape;
};

/* Scales and zeros of a product's rows (a) and columns (b), of a
 * convolution's output channels (b). */
static int read_factors(struct factors *f, const struct host_call *c,
                        const struct qproduct *p, struct prune_error *err)
{
    f->a = host_need(c, p->a, err);
    f->b = host_need(c, p->b, err);
    if (!f->a || !f->b)
        return PRUNE_E_INPUT;
    int e = quant_read(&f->of_a, c, p->a_scale, p->a_zero, &f->a->shape,
                       p->is_conv ? -1 : f->a->shape.rank - 2, err);
    if (!e)
        e = quant_read(&f->of_b, c, p->b_scale, p->b_zero, &f->b->shape,
                       p->is_conv ? 0 : f->b->shape.rank - 1, err);
    if (!e)
        e = shape_of(&f->shape, c->graph, c->node, p, &f->a->shape,
                     &f->b->shape, err);
    if (!e)
        e = quant_whole(&f->x, &f->of_a, f->a, c, err);
    return e ? e : quant_whole(&f->w, &f->of_b, f->b, c, err);
}

static int multiply(struct factors *f, const struct host_call *c,
                    const struct qproduct *p, struct prune_error *err)
{
    int64_t n = shape_numel(&f->shape);

    if (n < 0)
        return host_bad(c, err, "its output is too large");
    f->sums = mem_calloc((size_t)n, sizeof *f->sums);
    if (!f->sums)
        return err_memory(err, "a product");
    if (p->is_conv)
        return quant_conv(f->sums, &f->shape, c, f->x, &f->a->shape, f->w,
                          &f->b->shape, err);
    quant_matmul(f->sums, &f->shape, f->x, &f->a->shape, f->w, &f->b->shape);
    return 0;
}

static int add_bias(struct factors *f, const struct host_call *c,
                    const struct qproduct *p, struct prune_error *err)
{
    const struct tensor *bias = p->bias < 0 ? NULL : host_in(c, p->bias);
    int64_t n = shape_numel(&f->shape);

    if (!bias)
        return 0;
    if (bias->dtype != DTYPE_I32 ||
        tensor_numel(bias) != f->shape.dims[1])
        return host_bad(c, err, "its bias does not fit");
    int64_t inner = shape_span(&f->shape, 2, f->shape.rank);
    for (int64_t i = 0; i < n; i++)
        f->sums[i] = (int32_t)((uint32_t)f->sums[i] +
                               (uint32_t)tensor_int(bias, i / inner %
                                                    f->shape.dims[1]));
    return 0;
}

/* The scales of a and b lie along y's rows and columns or channels. */
static int store(struct factors *f, struct host_call *c,
                 const struct qproduct *p, struct prune_error *err)
{
    struct tensor *y;
    struct quant a, b, out;
    int rank = f->shape.rank;

    if (p->y_zero < 0) {
        int e = host_out(c, 0, DTYPE_I32, &f->shape, &y, err);
        for (int64_t i = 0; !e && i < tensor_numel(y); i++)
            ((int32_t *)y->data)[i] = f->sums[i];
        return e;
    }
    int e = quant_read(&a, c, p->a_scale, -1, &f->shape,
                       p->is_conv ? -1 : rank - 2, err);
    if (!e)
        e = quant_read(&b, c, p->b_scale, -1, &f->shape,
                       p->is_conv ? 1 : rank - 1, err);
    if (!e)
        e = quant_read(&out, c, p->y_scale, p->y_zero, &f->shape,
                       p->is_conv ? -1 : rank - 2, err);
    if (!e && !out.zero)
        e = host_bad(c, err, "its output's zero point is missing");
    if (!e && !quant_is_byte(out.zero))
        e = host_refuse(c, err, "into %s", dtype_name(out.zero->dtype));
    if (!e)
        e = host_out(c, 0, out.zero->dtype, &f->shape, &y, err);
    if (!e)
        quant_store(y, f->sums, &a, &b, &out);
    return e;
}

int qproduct_host(struct host_call *c, const struct qproduct *p,
                  struct prune_error *err)
{
    struct factors f = {0};
    int e = read_factors(&f, c, p, err);

    if (!e)
        e = multiply(&f, c, p, err);
    if (!e)
        e = add_bias(&f, c, p, err);
    if (!e)
        e = store(&f, c, p, err);
    mem_free(f.x);
    mem_free(f.w);
    mem_free(f.sums);
    return e;
}
