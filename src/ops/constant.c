#include <string.h>

#include "graph/couple.h"
#include "graph/host.h"
#include "ops/infer.h"

/* A tensor that stands in the node: as a tensor, or as a number or a list
 * of numbers (opset 12). The reader may have set it already. */

static int from_numbers(struct tensor **out, const struct attr *a,
                        struct prune_error *err)
{
    int floats = a->type == ATTR_FLOAT || a->type == ATTR_FLOATS;
    int one = a->type == ATTR_FLOAT || a->type == ATTR_INT;
    struct shape shape = {.rank = one ? 0 : 1, .dims = {one ? 0 : a->n}};
    int e = tensor_new(out, floats ? DTYPE_F32 : DTYPE_I64, &shape, err);

    if (e)
        return e;
    if (a->type == ATTR_FLOAT)
        *tensor_f32(*out) = a->f;
    else if (a->type == ATTR_INT)
        *(int64_t *)(*out)->data = a->i;
    else if (a->n > 0)
        memcpy((*out)->data, floats ? (const void *)a->floats : a->ints,
               (*out)->size);
    return 0;
}

static const struct attr *find_value(const struct node *n)
{
    static const char *const names[] = {"value", "value_float",
                                        "value_floats", "value_int",
                                        "value_ints"};
    const struct attr *a = NULL;

    for (size_t i = 0; !a && i < sizeof names / sizeof *names; i++)
        a = node_attr(n, names[i]);
    return a;
}

/* A new reference; NULL when it is nothing that can be held here. */
static int make(struct tensor **out, const struct node *n,
                struct prune_error *err)
{
    const struct attr *a = find_value(n);

    *out = NULL;
    if (a && a->type == ATTR_TENSOR)
        *out = tensor_ref(a->tensor);
    else if (a && (a->type == ATTR_INT || a->type == ATTR_FLOAT ||
                   a->type == ATTR_INTS || a->type == ATTR_FLOATS))
        return from_numbers(out, a, err);
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct value *y = node_out(g, n, 0);
    int e = 0;

    if (!y)
        return 0;
    if (!y->constant)
        e = make(&y->constant, n, err);
    if (e || !y->constant)
        return e;
    return ops_out(g, n, 0, &y->constant->shape, y->constant->dtype, err);
}

/* Its positions are tied by whoever reads it. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    (void)err;
    if (node_out(g, n, 0) && !dtype_is_float(node_out(g, n, 0)->dtype))
        couple_plain_all(c, n->outputs[0]);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct value *y = node_out(c->graph, c->node, 0);
    struct tensor *t = NULL;
    int e = 0;

    if (y && y->constant)
        t = tensor_ref(y->constant);
    else
        e = make(&t, c->node, err);
    if (e)
        return e;
    if (!t)
        return host_refuse(c, err, "it holds texts or a sparse tensor");
    return host_set_tensor(c, 0, t, err);
}

const struct op op_constant = {
    .name = "Constant",
    .domain = "",
    .since = 1,
    .min_inputs = 0,
    .max_inputs = 0,
    .infer = infer,
    .couple = couple,
    .host = host,
};
