#include "ops/lowering.h"

#include "ops/infer.h"

int ops_lower_view(struct lowering *l, const struct graph *g,
                   const struct node *n, struct prune_error *err)
{
    (void)g;
    return lower_simple(l, n, (struct prim){.kind = &prim_view}, 1, err);
}

int ops_lower_eltwise(struct lowering *l, const struct node *n,
                      enum eltwise f, float alpha, float beta,
                      struct prune_error *err)
{
    struct prim p = {.kind = &prim_eltwise, .eltwise = {f, alpha, beta}};

    return lower_simple(l, n, p, 1, err);
}

/* One step of a fold: out = a f b. */
static int step(struct lowering *l, const struct node *n, enum binary f,
                int a, int b, int out, struct prune_error *err)
{
    struct prim p = {.kind = &prim_binary, .binary = {f}};

    return lower_add(l, n, p, (int[]){a, b}, 2, out, err);
}

/* The shape that inputs 0 … last broadcast to. */
static int partial(const struct graph *g, const struct node *n, int last,
                   struct shape *out, struct prune_error *err)
{
    struct shape sum = node_in(g, n, 0)->shape;
    int e = 0;

    for (int i = 1; !e && i <= last; i++) {
        struct shape so_far = sum;
        e = shape_broadcast(&sum, &so_far, &node_in(g, n, i)->shape, err);
    }
    *out = sum;
    return e;
}

int ops_lower_binary(struct lowering *l, const struct graph *g,
                     const struct node *n, enum binary f,
                     struct prune_error *err)
{
    int left;
    int e = 0;

    if (n->n_inputs == 1)
        return ops_lower_view(l, g, n, err);
    if (ops_old_axis(g, n) >= 0)
        return lower_refuse(n, err, "it broadcasts in the way of opset 6");
    left = lower_in(l, n, 0);
    for (int i = 1; !e && left >= 0 && i < n->n_inputs; i++) {
        int right = lower_in(l, n, i), out = lower_out(l, n, 0);
        if (i + 1 < n->n_inputs) {
            struct shape shape;
            e = partial(g, n, i, &shape, err);
            if (e)
                return e;
            out = lower_temp(l, &shape, err);
        }
        if (right < 0 || out < 0)
            return right < 0 ? right : out;
        e = step(l, n, f, left, right, out, err);
        left = out;
    }
    return left < 0 ? left : e;
}

const struct tensor *ops_f32(const struct graph *g, const struct node *n,
                             int i)
{
    const struct tensor *t;

    if (i >= n->n_inputs || n->inputs[i] < 0)
        return NULL;
    t = value_constant(g, n->inputs[i]);
    return t && t->dtype == DTYPE_F32 ? t : NULL;
}

int ops_scalar(const struct graph *g, const struct node *n, int i,
               float other, float *out)
{
    const struct tensor *t = ops_f32(g, n, i);

    if (!node_in(g, n, i)) {
        *out = other;
        return 0;
    }
    if (!t || tensor_numel(t) != 1)
        return -1;
    *out = tensor_f32(t)[0];
    return 0;
}
