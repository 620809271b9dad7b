#ifndef TESTS_OPS_NET_H
#define TESTS_OPS_NET_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/engine.h"
#include "graph/couple.h"
#include "graph/cut.h"
#include "graph/op.h"
#include "ops/table.h"

/* One operator, or a few, as a network built by hand: what it infers, ties,
 * loses in a cut, costs, and computes in plain C. Everything asserts. */

#define SHAPE(...)                                                            \
    ((struct shape){                                                          \
        .rank = (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),    \
        .dims = {__VA_ARGS__}})
#define SCALAR ((struct shape){.rank = 0})
#define F(...)                                                                \
    (const float[]){__VA_ARGS__}, sizeof((float[]){__VA_ARGS__}) / sizeof(float)
#define I(...)                                                                \
    (const int64_t[]){__VA_ARGS__},                                           \
        sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)
#define V(...)                                                                \
    (const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int)

static inline struct graph *net_new(int64_t opset)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    g->opset = opset;
    return g;
}

static inline int net_value(struct graph *g)
{
    char name[16];
    int v;
    snprintf(name, sizeof name, "v%d", g->n_values);
    cr_assert_eq(graph_add_value(g, name, &v, NULL), 0);
    return v;
}

static inline int net_input(struct graph *g, struct shape shape)
{
    int v = net_value(g);
    g->values[v].declared = shape;
    g->values[v].dtype = DTYPE_F32;
    cr_assert_eq(graph_add_input(g, v, NULL), 0);
    return v;
}

static inline int net_constant(struct graph *g, enum dtype dtype,
                               struct shape shape, const void *data, size_t n)
{
    struct tensor *t = NULL;
    int v = net_value(g);
    cr_assert_eq(tensor_new(&t, dtype, &shape, NULL), 0);
    cr_assert_eq((size_t)tensor_numel(t), n);
    if (n)
        memcpy(t->data, data, t->size);
    cr_assert_eq(graph_set_constant(g, v, t, NULL), 0);
    return v;
}

static inline int net_floats(struct graph *g, struct shape shape,
                             const float *data, size_t n)
{
    return net_constant(g, DTYPE_F32, shape, data, n);
}

static inline int net_ints(struct graph *g, const int64_t *data, size_t n)
{
    return net_constant(g, DTYPE_I64, SHAPE((int64_t)n), data, n);
}

/* Floats counting 1, 2, 3 … */
static inline int net_count(struct graph *g, struct shape shape)
{
    int v = net_value(g);
    struct tensor *t = NULL;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &shape, NULL), 0);
    for (int64_t i = 0; i < tensor_numel(t); i++)
        tensor_f32(t)[i] = (float)(i + 1);
    cr_assert_eq(graph_set_constant(g, v, t, NULL), 0);
    return v;
}

/* A node with `outs` outputs; the first one's value. Attributes that follow
 * go to the node added last. */
static inline int net_node(struct graph *g, const char *type, int outs,
                           const int *in, size_t n)
{
    int node, out[8];
    for (int i = 0; i < outs; i++)
        out[i] = net_value(g);
    cr_assert_eq(graph_add_node(g, type, "", "", (int)n, outs, 0, &node,
                                NULL), 0);
    if (n)
        memcpy(g->nodes[node].inputs, in, n * sizeof *in);
    memcpy(g->nodes[node].outputs, out, (size_t)outs * sizeof *out);
    g->nodes[node].op = ops_find("", type, g->opset);
    cr_assert_not_null(g->nodes[node].op, "no operator %s", type);
    return out[0];
}

static inline struct attr *net_attr(struct graph *g, const char *name)
{
    struct node *n = &g->nodes[g->n_nodes - 1];
    cr_assert_eq(node_set_int(g, g->n_nodes - 1, name, 0, NULL), 0);
    n = &g->nodes[g->n_nodes - 1];
    return (struct attr *)node_attr(n, name);
}

static inline void net_set_int(struct graph *g, const char *name, int64_t i)
{
    net_attr(g, name)->i = i;
}

static inline void net_set_float(struct graph *g, const char *name, float f)
{
    struct attr *a = net_attr(g, name);
    a->type = ATTR_FLOAT;
    a->f = f;
}

static inline void net_set_text(struct graph *g, const char *name,
                                const char *s)
{
    struct attr *a = net_attr(g, name);
    a->type = ATTR_STRING;
    a->s = s;
    a->n = (int64_t)strlen(s);
}

static inline void net_set_ints(struct graph *g, const char *name,
                                const int64_t *data, size_t n)
{
    cr_assert_eq(node_set_ints(g, g->n_nodes - 1, name, data, (int64_t)n,
                               NULL), 0);
}

/* Sorts and infers at batch 1. */
static inline int net_infer(struct graph *g, int out, struct prune_error *err)
{
    if (out >= 0 && !g->values[out].is_output)
        cr_assert_eq(graph_add_output(g, out, NULL), 0);
    int e = graph_sort(g, err);
    return e ? e : graph_infer(g, 1, NULL, 0, err);
}

static inline void net_done(struct graph *g, int out)
{
    struct prune_error err = {0};
    cr_assert_eq(net_infer(g, out, &err), 0, "%s", err.text);
}

static inline void net_is(const struct graph *g, int v, struct shape want)
{
    char a[96], b[96];
    cr_assert(shape_equal(&g->values[v].shape, &want), "%s instead of %s",
              shape_text(&g->values[v].shape, a), shape_text(&want, b));
}

/* The integers that inference has found. */
static inline void net_knows(const struct graph *g, int v, const int64_t *want,
                             size_t n)
{
    const struct tensor *t = value_constant(g, v);
    cr_assert_not_null(t);
    cr_assert_eq((size_t)tensor_numel(t), n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(tensor_int(t, (int64_t)i), want[i], "element %zu is %ld",
                     i, (long)tensor_int(t, (int64_t)i));
}

/* Runs the network on x (its only input) in plain C and compares. */
static inline void net_gives(const struct graph *g, const float *x,
                             size_t n_x, const float *want, size_t n)
{
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    struct prune_error err = {0};
    struct engine *e = NULL;
    cr_assert_eq((int64_t)n_x, shape_numel(&g->values[g->inputs[0]].shape));
    cr_assert_eq((int64_t)n, shape_numel(&g->values[g->outputs[0]].shape));
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
    cr_assert_eq(engine_run(e, (const void *[]){x}, &err), 0, "%s", err.text);
    for (size_t i = 0; i < n; i++)
        cr_assert(fabsf(engine_output(e, 0)[i] - want[i]) <=
                      1e-5f * (1 + fabsf(want[i])),
                  "element %zu is %g, not %g", i,
                  (double)engine_output(e, 0)[i], (double)want[i]);
    engine_close(e);
}

/* The network cannot be run; the reason holds these words. */
static inline void net_refused(const struct graph *g, const char *words)
{
    struct prune_error err = {0};
    cr_assert_eq(engine_can_run(g, &err), PRUNE_E_UNSUPPORTED, "%s",
                 err.text);
    cr_assert(strstr(err.text, words), "%s", err.text);
}

/* Inference refuses the network; the reason holds these words. */
static inline void net_bad(struct graph *g, int out, const char *words)
{
    struct prune_error err = {0};
    cr_assert_eq(net_infer(g, out, &err), PRUNE_E_INPUT, "%s", err.text);
    cr_assert(strstr(err.text, words), "%s", err.text);
    graph_free(g);
}

/* Couples what the nodes say; the network's own ends freeze nothing. */
static inline struct coupling *net_couple(const struct graph *g)
{
    struct prune_error err = {0};
    struct coupling *c = NULL;
    cr_assert_eq(coupling_new(&c, g, &err), 0, "%s", err.text);
    cr_assert_eq(coupling_run(c, &err), 0, "%s", err.text);
    return c;
}

/* Whether both positions belong to one unit; -1: one axis is plain. */
static inline int net_tied(const struct coupling *c, int a, int axis_a,
                           int64_t i, int b, int axis_b, int64_t j)
{
    int group_a, group_b;
    int unit_a = coupling_unit(c, a, axis_a, i, &group_a);
    int unit_b = coupling_unit(c, b, axis_b, j, &group_b);
    if (unit_a < 0 || unit_b < 0)
        return -1;
    return group_a == group_b && unit_a == unit_b;
}

/* The reason why the axis may not be pruned; "" when it may. */
static inline const char *net_frozen(const struct coupling *c, int v,
                                     int axis)
{
    int group, unit = coupling_unit(c, v, axis, 0, &group);
    if (unit < 0)
        return "plain";
    int refusal = coupling_group(c, group)->refusal;
    return refusal < 0 ? "" : coupling_refusal(c, refusal)->reason;
}

static inline struct cost net_cost(const struct graph *g, int node)
{
    struct cost cost = {0};
    if (g->nodes[node].op->cost)
        g->nodes[node].op->cost(g, &g->nodes[node], &cost);
    return cost;
}

/* A network of one node with one input. */
static inline struct graph *net_one(const char *type, int64_t opset,
                                    struct shape shape)
{
    struct graph *g = net_new(opset);
    int x = net_input(g, shape);
    net_node(g, type, 1, V(x));
    return g;
}

/* The last node's first output is the network's: infers, checks the shape
 * and what x gives, and frees. */
static inline void net_check(struct graph *g, struct shape shape,
                             const float *x, size_t n_x, const float *want,
                             size_t n)
{
    int out = g->nodes[g->n_nodes - 1].outputs[0];
    net_done(g, out);
    net_is(g, out, shape);
    net_gives(g, x, n_x, want, n);
    graph_free(g);
}

/* What the network gives on 1, -2, 3, -4 … */
static inline float *net_outcome(const struct graph *g, int64_t *n)
{
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    struct prune_error err = {0};
    struct engine *e = NULL;
    int64_t n_x = shape_numel(&g->values[g->inputs[0]].shape);
    *n = shape_numel(&g->values[g->outputs[0]].shape);
    float *x = mem_calloc((size_t)n_x, sizeof *x);
    float *y = mem_calloc((size_t)*n, sizeof *y);
    for (int64_t i = 0; i < n_x; i++)
        x[i] = (float)(i % 2 ? -i - 1 : i + 1) / 4;
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
    cr_assert_eq(engine_run(e, (const void *[]){x}, &err), 0, "%s",
                 err.text);
    memcpy(y, engine_output(e, 0), (size_t)*n * sizeof *y);
    engine_close(e);
    mem_free(x);
    return y;
}

/* Removes the units that own these positions of the axis, and proves the
 * removal against the same network masked. */
static inline void net_cut(struct graph *g, int v, int axis,
                           const int64_t *at, size_t n)
{
    struct prune_error err = {0};
    struct coupling *c = net_couple(g);
    struct graph *masked = NULL;
    int groups = coupling_n_groups(c), group;
    unsigned char **removed = mem_calloc((size_t)groups, sizeof *removed);
    for (int i = 0; i < groups; i++)
        removed[i] = mem_calloc((size_t)coupling_group(c, i)->n_units, 1);
    for (size_t i = 0; i < n; i++) {
        int unit = coupling_unit(c, v, axis, at[i], &group);
        cr_assert_geq(unit, 0);
        cr_assert_str_eq(net_frozen(c, v, axis), "");
        removed[group][unit] = 1;
    }
    cr_assert_eq(graph_clone(&masked, g, &err), 0, "%s", err.text);
    cr_assert_eq(graph_infer(masked, 1, NULL, 0, &err), 0, "%s", err.text);
    cr_assert_eq(cut_mask(masked, c, removed, &err), 0, "%s", err.text);
    cr_assert_eq(cut_apply(g, c, removed, &err), 0, "%s", err.text);
    int64_t n_a, n_b;
    float *a = net_outcome(masked, &n_a), *b = net_outcome(g, &n_b);
    cr_assert_eq(n_a, n_b);
    for (int64_t i = 0; i < n_a; i++)
        cr_assert(fabsf(a[i] - b[i]) <= 1e-5f * (1 + fabsf(a[i])),
                  "output %ld is %g masked, %g cut", (long)i, (double)a[i],
                  (double)b[i]);
    mem_free(a);
    mem_free(b);
    for (int i = 0; i < groups; i++)
        mem_free(removed[i]);
    mem_free(removed);
    graph_free(masked);
    coupling_free(c);
}

/* x [1,1,2,2] through a convolution to `channels` channels: where tests of
 * channels begin. Its weight is in *w. */
static inline struct graph *net_begin(int64_t opset, int channels, int *w,
                                      int *y)
{
    struct graph *g = net_new(opset);
    int x = net_input(g, SHAPE(-1, 1, 2, 2));
    *w = net_count(g, SHAPE(channels, 1, 1, 1));
    *y = net_node(g, "Conv", 1, V(x, *w));
    return g;
}

/* y, of `channels` channels, through a convolution to the network's output:
 * where they end. Its weight is in *u. */
static inline void net_end(struct graph *g, int y, int channels, int *u)
{
    *u = net_count(g, SHAPE(2, channels, 1, 1));
    net_done(g, net_node(g, "Conv", 1, V(y, *u)));
}

/* Three channels go through the node of that type, one by one, from the
 * filters of one convolution to the columns of the next. */
static inline void net_through(const char *type, int64_t opset)
{
    int w, u, y;
    struct graph *g = net_begin(opset, 3, &w, &y);
    net_end(g, net_node(g, type, 1, V(y)), 3, &u);
    struct coupling *c = net_couple(g);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            cr_assert_eq(net_tied(c, w, 0, i, u, 1, j), i == j, "%s", type);
    cr_assert_str_eq(net_frozen(c, w, 0), "", "%s", type);
    coupling_free(c);
    graph_free(g);
}

#endif
