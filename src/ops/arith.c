#include "ops/arith.h"

#include "ops/infer.h"

void ops_cost_riders(const struct graph *g, const struct node *n,
                     struct cost *out)
{
    for (int i = 0; i < n->n_inputs && i < 32; i++)
        if (ops_is_parameter(g, n, i))
            out->learned |= 1u << i;
}
