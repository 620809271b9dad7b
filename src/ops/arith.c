#include "ops/arith.h"

#include "ops/infer.h"
#include "ops/ints.h"

/* Index into an input of shape `in` for element i of shape `out`. */
static int64_t source(const struct shape *in, const struct shape *out,
                      int64_t i)
{
    int64_t index = 0, stride = 1;

    for (int k = 1; k <= out->rank; k++) {
        int64_t at = i % out->dims[out->rank - k];
        i /= out->dims[out->rank - k];
        if (k > in->rank)
            continue;
        if (in->dims[in->rank - k] > 1)
            index += at * stride;
        stride *= in->dims[in->rank - k];
    }
    return index;
}

static int known(const struct graph *g, const struct node *n, ops_int_f *f,
                 struct ints *sum)
{
    const struct shape *shape = &node_out(g, n, 0)->shape;
    struct ints next;

    sum->n = shape_numel(shape);
    if (sum->n > OPS_MAX_INTS)
        return 0;
    for (int i = 0; i < n->n_inputs; i++) {
        if (!ops_in_ints(g, n, i, &next))
            return 0;
        for (int64_t j = 0; j < sum->n; j++) {
            int64_t b = next.at[source(&node_in(g, n, i)->shape, shape, j)];
            sum->at[j] = i ? f(sum->at[j], b) : b;
        }
    }
    return 1;
}

int ops_infer_arith(struct graph *g, struct node *n, ops_int_f *f,
                    struct prune_error *err)
{
    struct ints sum;
    int e = ops_infer_broadcast(g, n, err);

    if (e || !node_out(g, n, 0) || !known(g, n, f, &sum))
        return e;
    return ops_set_ints(g, n, &sum, err);
}

void ops_cost_riders(const struct graph *g, const struct node *n,
                     struct cost *out)
{
    for (int i = 0; i < n->n_inputs && i < 32; i++)
        if (ops_is_parameter(g, n, i))
            out->learned |= 1u << i;
}
