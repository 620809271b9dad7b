#include "ops/sequences.h"

#include <string.h>

const struct datum *ops_sequence(const struct host_call *c, int i,
                                 struct prune_error *err)
{
    const struct datum *d = i < c->node->n_inputs ? c->in[i] : NULL;

    if (d && d->kind == DATUM_SEQUENCE)
        return d;
    (void)host_bad(c, err, "input %d is no sequence", i);
    return NULL;
}

int ops_host_int(const struct host_call *c, int i, int64_t other,
                 int64_t *out, struct prune_error *err)
{
    const struct tensor *t = host_in(c, i);

    if (i >= c->node->n_inputs || !c->in[i]) {
        *out = other;
        return 0;
    }
    if (!t || tensor_numel(t) != 1 || dtype_is_float(t->dtype))
        return host_bad(c, err, "input %d is not a single integer", i);
    *out = tensor_int(t, 0);
    return 0;
}

int ops_position(const struct host_call *c, int i, int64_t n, int64_t most,
                 int64_t other, int64_t *out, struct prune_error *err)
{
    int64_t at;
    int e = ops_host_int(c, i, other, &at, err);

    if (e)
        return e;
    if (at < 0 && at >= -n)
        at += n;
    if (at < 0 || at > most)
        return host_bad(c, err, "position %lld in a sequence of %lld",
                        (long long)at, (long long)n);
    *out = at;
    return 0;
}

int ops_body(const struct graph **out, const struct host_call *c,
             const char *name, int n_in, int n_out, struct prune_error *err)
{
    const struct attr *a = node_attr(c->node, name);

    if (!a || a->type != ATTR_GRAPH || !a->graph)
        return host_refuse(c, err, "its subgraph '%s' is not understood",
                           name);
    if (!c->run)
        return host_refuse(c, err, "subgraphs cannot be run here");
    if ((n_in >= 0 && a->graph->n_inputs != n_in) ||
        (n_out >= 0 && a->graph->n_outputs != n_out))
        return host_bad(c, err, "its subgraph '%s' has %d inputs and %d "
                        "outputs", name, a->graph->n_inputs,
                        a->graph->n_outputs);
    *out = a->graph;
    return 0;
}

int ops_scalar_datum(struct datum **out, enum dtype dtype, const void *bytes,
                     struct prune_error *err)
{
    struct tensor *t = NULL;
    int e = tensor_new(&t, dtype, &(struct shape){.rank = 0}, err);

    if (e)
        return e;
    memcpy(t->data, bytes, t->size);
    return datum_tensor(out, t, err);
}

void ops_drop(struct datum **data, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        datum_unref(data[i]);
        data[i] = NULL;
    }
}

int ops_take_slab(struct tensor **out, const struct tensor *t, int axis,
                  int64_t i, struct prune_error *err)
{
    struct shape shape = t->shape;
    size_t inner = (size_t)shape_span(&shape, axis + 1, shape.rank) *
                   dtype_size(t->dtype);
    size_t line = inner * (size_t)shape.dims[axis];
    int64_t outer = shape_span(&shape, 0, axis);
    struct tensor *made = NULL;
    int e;

    shape.rank--;
    for (int k = axis; k < shape.rank; k++)
        shape.dims[k] = shape.dims[k + 1];
    e = tensor_new(&made, t->dtype, &shape, err);
    if (e)
        return e;
    for (int64_t o = 0; inner && o < outer; o++)
        memcpy((char *)made->data + (size_t)o * inner,
               (const char *)t->data + (size_t)o * line + (size_t)i * inner,
               inner);
    *out = made;
    return 0;
}

void ops_put_slab(struct tensor *to, int axis, int64_t at, int64_t n,
                  const struct tensor *from)
{
    const struct shape *s = &to->shape;
    size_t inner = (size_t)shape_span(s, axis + 1, s->rank) *
                   dtype_size(to->dtype);
    size_t line = inner * (size_t)s->dims[axis], part = inner * (size_t)n;
    int64_t outer = shape_span(s, 0, axis);

    for (int64_t o = 0; part && o < outer; o++)
        memcpy((char *)to->data + (size_t)o * line + (size_t)at * inner,
               (const char *)from->data + (size_t)o * part, part);
}
