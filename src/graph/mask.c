#include <string.h>

#include "graph/couple_parts.h"
#include "graph/cut.h"

/* Removal by zeros: what proves that cutting is exact. */

/* t [outer, size, inner]: zeroes index i of the middle axis. */
static void zero_index(struct tensor *t, int axis, int64_t i)
{
    size_t outer = (size_t)shape_span(&t->shape, 0, axis);
    size_t size = (size_t)t->shape.dims[axis];
    size_t inner = (size_t)shape_span(&t->shape, axis + 1, t->shape.rank) *
                   dtype_size(t->dtype);
    unsigned char *p = (unsigned char *)t->data + (size_t)i * inner;
    for (size_t o = 0; o < outer; o++, p += size * inner)
        memset(p, 0, inner);
}

static int is_spared(const struct coupling *c, int value, int axis)
{
    const struct axis *x = coupling_axis(c, value, axis);
    return !x || x->role & ROLE_VARIANCE;
}

/* Makes *t the caller's own before the first zero is written. */
static int mask_axis(const struct cut *c, int value, int axis,
                     struct tensor **t, struct prune_error *err)
{
    if (is_spared(c->coupling, value, axis))
        return 0;
    for (int64_t i = 0; i < (*t)->shape.dims[axis]; i++) {
        if (cut_keeps(c, value, axis, i))
            continue;
        int rc = tensor_own(t, err);
        if (rc)
            return rc;
        zero_index(*t, axis, i);
    }
    return 0;
}

static int mask_value(const struct cut *c, int value, struct prune_error *err)
{
    struct tensor *old = c->g->values[value].constant;
    if (!old || !dtype_is_float(old->dtype))
        return 0;
    struct tensor *t = tensor_ref(old);
    int rc = 0;
    for (int a = 0; !rc && a < old->shape.rank; a++)
        rc = mask_axis(c, value, a, &t, err);
    if (!rc && t != old)
        return graph_set_constant(c->g, value, t, err);
    tensor_unref(t);
    return rc;
}

int cut_mask(struct graph *g, const struct coupling *coupling,
             unsigned char *const *removed, struct prune_error *err)
{
    struct cut c = {.g = g, .coupling = coupling, .removed = removed};
    int rc = 0;
    for (int v = 0; !rc && v < g->n_values; v++)
        rc = mask_value(&c, v, err);
    return rc;
}
