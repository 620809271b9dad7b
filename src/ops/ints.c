#include "ops/ints.h"

#include "graph/host.h"
#include "ops/infer.h"

static int is_integer(enum dtype t)
{
    return t == DTYPE_I64 || t == DTYPE_I32 || t == DTYPE_U8 ||
           t == DTYPE_I8 || t == DTYPE_BOOL;
}

static int read_ints(struct ints *out, const struct tensor *t)
{
    if (!t || !is_integer(t->dtype) || tensor_numel(t) > OPS_MAX_INTS)
        return 0;
    out->n = tensor_numel(t);
    for (int64_t i = 0; i < out->n; i++)
        out->at[i] = tensor_int(t, i);
    return 1;
}

int ops_ints(const struct graph *g, int value, struct ints *out)
{
    return value < 0 ? 0 : read_ints(out, value_constant(g, value));
}

int ops_in_ints(const struct graph *g, const struct node *n, int i,
                struct ints *out)
{
    return i < n->n_inputs ? ops_ints(g, n->inputs[i], out) : 0;
}

static int attribute(const struct node *n, const char *attr,
                     struct ints *out, struct prune_error *err)
{
    out->n = 0;
    if (!attr || !node_attr(n, attr))
        return 0;
    out->n = node_ints(n, attr, out->at, OPS_MAX_INTS);
    if (out->n > OPS_MAX_INTS)
        return ops_bad(n, err, "attribute %s has %lld entries", attr,
                       (long long)out->n);
    return 1;
}

int ops_open_list(const struct graph *g, const struct node *n,
                  const char *attr, int i)
{
    struct ints ignored;

    return !(attr && node_attr(n, attr)) && node_in(g, n, i) &&
           !ops_in_ints(g, n, i, &ignored);
}

int ops_host_list(const struct host_call *c, const char *attr, int i,
                  struct ints *out, struct prune_error *err)
{
    int e = attribute(c->node, attr, out, err);

    if (e || i < 0 || i >= c->node->n_inputs || !c->in[i])
        return e;
    if (!host_in(c, i) || !read_ints(out, host_in(c, i)))
        return host_bad(c, err, "input %d is no list of integers", i);
    return 1;
}

int ops_list(const struct graph *g, const struct node *n, const char *attr,
             int i, struct ints *out, struct prune_error *err)
{
    int e = attribute(n, attr, out, err);

    if (e)
        return e;
    if (i < 0 || !node_in(g, n, i))
        return 0;
    if (!ops_in_ints(g, n, i, out))
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "%s: input %d is computed from the data, so the sizes "
                       "that follow from it are not known", n->type, i);
    return 1;
}

static void store(struct tensor *t, const struct ints *v)
{
    for (int64_t i = 0; i < v->n; i++) {
        if (t->dtype == DTYPE_I64)
            ((int64_t *)t->data)[i] = v->at[i];
        else if (t->dtype == DTYPE_I32)
            ((int32_t *)t->data)[i] = (int32_t)v->at[i];
        else
            ((unsigned char *)t->data)[i] = (unsigned char)v->at[i];
    }
}

int ops_set_ints(struct graph *g, const struct node *n, const struct ints *v,
                 struct prune_error *err)
{
    struct value *y = node_out(g, n, 0);
    struct tensor *t;
    int e;

    if (!y || !is_integer(y->dtype))
        return 0;
    if (shape_numel(&y->shape) != v->n)
        return ops_bad(n, err, "makes %lld integers where its shape says %lld",
                       (long long)v->n, (long long)shape_numel(&y->shape));
    e = tensor_new(&t, y->dtype, &y->shape, err);
    if (e)
        return e;
    store(t, v);
    tensor_unref(y->known);
    y->known = t;
    return 0;
}
