#include <string.h>

#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/ties.h"

/* A tensor of the shape that input 0 lists, filled with attribute `value`
 * (one element; a float zero when absent). */
static const struct tensor *fill_of(const struct node *n)
{
    const struct attr *a = node_attr(n, "value");

    return a && a->type == ATTR_TENSOR && a->tensor &&
                   tensor_numel(a->tensor) == 1
               ? a->tensor
               : NULL;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct tensor *fill = fill_of(n);
    struct shape out = {.rank = 0};
    struct ints v;
    int e = ops_list(g, n, NULL, 0, &v, err);

    if (e < 0)
        return e;
    if (v.n > MAX_RANK)
        return ops_bad(n, err, "a shape of %lld axes", (long long)v.n);
    for (out.rank = 0; out.rank < v.n; out.rank++)
        if ((out.dims[out.rank] = v.at[out.rank]) < 0)
            return ops_bad(n, err, "a negative size");
    return ops_out(g, n, 0, &out, fill ? fill->dtype : DTYPE_F32, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    (void)err;
    couple_plain_all(c, n->inputs[0]);
    ops_couple_ints(c, g, n);
    return 0;
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    return ops_mend_sizes(c, node, 0, -1, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct tensor *fill = fill_of(n);
    struct tensor *t;
    int slot, e;

    if (fill && fill->dtype != DTYPE_F32)
        return lower_refuse(n, err, "makes %s", dtype_name(fill->dtype));
    e = tensor_new(&t, DTYPE_F32, &node_out(g, n, 0)->shape, err);
    if (e)
        return e;
    for (int64_t i = 0; fill && i < tensor_numel(t); i++)
        tensor_f32(t)[i] = tensor_f32(fill)[0];
    slot = lower_constant(l, t, err);
    if (slot < 0)
        return slot;
    return lower_add(l, n, (struct prim){.kind = &prim_view}, &slot, 1,
                     lower_out(l, n, 0), err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *sizes = host_need(c, 0, err);
    const struct tensor *fill = fill_of(c->node);
    struct shape shape = {.rank = 0};
    struct tensor *y;
    size_t item;
    int e;

    if (!sizes)
        return PRUNE_E_INPUT;
    if (sizes->dtype != DTYPE_I64 || tensor_numel(sizes) > MAX_RANK)
        return host_bad(c, err, "input 0 is no list of at most %d sizes",
                        MAX_RANK);
    for (; shape.rank < tensor_numel(sizes); shape.rank++)
        shape.dims[shape.rank] = tensor_int(sizes, shape.rank);
    e = host_out(c, 0, fill ? fill->dtype : DTYPE_F32, &shape, &y, err);
    if (e)
        return e;
    item = dtype_size(y->dtype);
    if (!fill && y->size)
        memset(y->data, 0, y->size);
    for (size_t i = 0; fill && i < y->size; i += item)
        memcpy((char *)y->data + i, fill->data, item);
    return 0;
}

const struct op op_constant_of_shape = {
    .name = "ConstantOfShape",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = lower,
    .host = host,
};
