#ifndef TESTS_GRAPH_BUILD_H
#define TESTS_GRAPH_BUILD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"

/* Small graphs, built by hand. Everything asserts. */

#define SHAPE(...)                                                            \
    ((struct shape){                                                          \
        .rank = (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),    \
        .dims = {__VA_ARGS__}})

static inline int add_value(struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    if (v == NO_VALUE)
        cr_assert_eq(graph_add_value(g, name, &v, NULL), 0);
    return v;
}

static inline int add_input(struct graph *g, const char *name, struct shape s)
{
    int v = add_value(g, name);
    g->values[v].declared = s;
    g->values[v].dtype = DTYPE_F32;
    cr_assert_eq(graph_add_input(g, v, NULL), 0);
    return v;
}

/* A float constant counting 1, 2, 3 … */
static inline int add_constant(struct graph *g, const char *name,
                               struct shape s)
{
    struct tensor *t = NULL;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    for (int64_t i = 0; i < tensor_numel(t); i++)
        tensor_f32(t)[i] = (float)(i + 1);
    int v = add_value(g, name);
    cr_assert_eq(graph_set_constant(g, v, t, NULL), 0);
    return v;
}

/* A node "op: in, in -> out, out"; names apart by single blanks. */
static inline int add_node(struct graph *g, const char *type,
                           const struct op *op, const char *inputs,
                           const char *outputs)
{
    const char *lists[2] = {inputs, outputs};
    int found[2][16], n[2] = {0, 0}, at;
    for (int l = 0; l < 2; l++) {
        char text[256], *rest = text;
        snprintf(text, sizeof text, "%s", lists[l]);
        for (char *w; (w = strsep(&rest, " ")) && *w;)
            found[l][n[l]++] = add_value(g, w);
    }
    cr_assert_eq(graph_add_node(g, type, "", "", n[0], n[1], 0, &at, NULL),
                 0);
    struct node *node = &g->nodes[at];
    memcpy(node->inputs, found[0], (size_t)n[0] * sizeof(int));
    memcpy(node->outputs, found[1], (size_t)n[1] * sizeof(int));
    node->op = op;
    return at;
}

static inline void add_output(struct graph *g, const char *name)
{
    cr_assert_eq(graph_add_output(g, add_value(g, name), NULL), 0);
}

/* y like x: the least of all inferences. */
static inline int infer_same(struct graph *g, struct node *n,
                             struct prune_error *err)
{
    (void)err;
    node_out(g, n, 0)->shape = node_in(g, n, 0)->shape;
    node_out(g, n, 0)->dtype = node_in(g, n, 0)->dtype;
    return 0;
}

#endif
