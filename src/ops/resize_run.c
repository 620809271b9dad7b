#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/resize_axis.h"

/* Axis after axis: [outer, n, inner] becomes [outer, many, inner]. */
struct pass {
    int64_t outer, n, many, inner;
};

/* Nearest: whole runs of elements of any type are copied. */
static void copy_runs(char *y, const char *x, const struct pass *p,
                      const struct resize_axis *a, size_t item)
{
    size_t run = (size_t)p->inner * item;

    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t k = 0; k < p->many; k++, y += run)
            memcpy(y, x + (size_t)(o * p->n + a->index[k]) * run, run);
}

static void blend(float *y, const float *x, const struct pass *p,
                  const struct resize_axis *a)
{
    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t k = 0; k < p->many; k++, y += p->inner) {
            memset(y, 0, (size_t)p->inner * sizeof *y);
            for (int t = 0; t < a->taps; t++) {
                const float w = a->weight[k * a->taps + t];
                const float *from =
                    x + (o * p->n + a->index[k * a->taps + t]) * p->inner;
                for (int64_t i = 0; i < p->inner; i++)
                    y[i] += w * from[i];
            }
        }
}

/* What lies outside of the region has a value of its own. */
static void fill_outside(struct tensor *y, const struct pass *p,
                         const struct resize_axis *a, double value)
{
    for (int64_t o = 0; o < p->outer; o++)
        for (int64_t k = 0; k < p->many; k++)
            for (int64_t i = 0; a->outside[k] && i < p->inner; i++)
                convert_from_f64(y, (o * p->many + k) * p->inner + i, 1,
                                 &value);
}

/* One axis of *t, which is replaced. */
static int resize_one(struct tensor **t, const struct resize *r,
                      const struct node *n, int axis, struct prune_error *err)
{
    struct shape s = (*t)->shape;
    struct resize_axis a = {0};
    struct tensor *made = NULL;
    struct pass p = {shape_span(&s, 0, axis), s.dims[axis],
                     r->out.dims[axis], shape_span(&s, axis + 1, s.rank)};

    int e = resize_axis_open(&a, r, n, &s, axis, err);
    s.dims[axis] = p.many;
    if (!e)
        e = tensor_new(&made, (*t)->dtype, &s, err);
    if (!e && a.taps == 1)
        copy_runs(made->data, (*t)->data, &p, &a, dtype_size(made->dtype));
    else if (!e)
        blend(tensor_f32(made), tensor_f32(*t), &p, &a);
    resize_axis_close(&a);
    if (e)
        return e;
    tensor_unref(*t);
    *t = made;
    return 0;
}

static int is_changed(const struct resize *r, const struct node *n,
                      const struct shape *x, int axis)
{
    return r->out.dims[axis] != x->dims[axis] || r->scale[axis] != 1 ||
           !strcmp(node_text(n, "coordinate_transformation_mode", ""),
                   "tf_crop_and_resize");
}

/* Outside positions are written last: passes would blend them in. */
static int mark_outside(struct tensor *y, const struct resize *r,
                        const struct node *n, const struct shape *x,
                        struct prune_error *err)
{
    double value = (double)node_float(n, "extrapolation_value", 0);
    const struct shape *s = &y->shape;
    int e = 0;

    for (int i = 0; !e && i < x->rank; i++) {
        struct resize_axis a = {0};
        struct pass p = {shape_span(s, 0, i), x->dims[i], s->dims[i],
                         shape_span(s, i + 1, s->rank)};
        e = resize_axis_open(&a, r, n, x, i, err);
        if (!e)
            fill_outside(y, &p, &a, value);
        resize_axis_close(&a);
    }
    return e;
}

static int resample(struct tensor **t, const struct resize *r,
                    const struct node *n, enum dtype to,
                    struct prune_error *err)
{
    const struct shape x = (*t)->shape;
    struct tensor *back = NULL;
    int e = 0;

    for (int i = 0; !e && i < x.rank; i++)
        if (is_changed(r, n, &x, i))
            e = resize_one(t, r, n, i, err);
    if (!e)
        e = convert_tensor(&back, *t, to, err);
    if (e)
        return e;
    tensor_unref(*t);
    *t = back;
    if (strcmp(node_text(n, "coordinate_transformation_mode", ""),
               "tf_crop_and_resize"))
        return 0;
    e = tensor_own(t, err);
    return e ? e : mark_outside(*t, r, n, &x, err);
}

int resize_run(struct host_call *c, const struct resize *r,
               struct prune_error *err)
{
    const struct tensor *x = host_in(c, 0);
    int near = !strcmp(node_text(c->node, "mode", "nearest"), "nearest");
    enum dtype type = x->dtype;
    struct tensor *t = NULL;
    int e = 0;

    if (!tensor_numel(x) && shape_numel(&r->out))
        return host_bad(c, err, "there is nothing to resize");
    if (near)
        t = tensor_ref(c->in[0]->tensor);
    else
        e = convert_tensor(&t, c->in[0]->tensor, DTYPE_F32, err);
    if (!e)
        e = resample(&t, r, c->node, type, err);
    if (!e)
        return host_set_tensor(c, 0, t, err);
    tensor_unref(t);
    return e;
}
