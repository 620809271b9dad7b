#ifndef TESTS_PRUNE_NETS_H
#define TESTS_PRUNE_NETS_H

#include "../graph/build.h"

#include "base/rng.h"
#include "ops/table.h"

/* Networks of the real operators, built by hand, weights from a seed. */

static inline int net_constant(struct graph *g, const char *name,
                               struct shape s, float scale, float offset)
{
    struct tensor *t = NULL;
    struct rng r;
    uint64_t seed = 7;
    for (const char *p = name; *p; p++)
        seed = seed * 31 + (uint64_t)*p;
    rng_init(&r, seed);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    for (int64_t i = 0; i < tensor_numel(t); i++)
        tensor_f32(t)[i] = offset + scale * rng_normal(&r);
    int v = add_value(g, name);
    cr_assert_eq(graph_set_constant(g, v, t, NULL), 0);
    return v;
}

/* A node with its operator's row; its name is that of its output. */
static inline int net_node(struct graph *g, const char *type,
                           const char *inputs, const char *output)
{
    int at = add_node(g, type, ops_find("", type, 13), inputs, output);
    g->nodes[at].name = g->nodes[at].label = arena_strdup(&g->arena, output);
    return at;
}

#endif
