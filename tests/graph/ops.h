#ifndef TESTS_GRAPH_OPS_H
#define TESTS_GRAPH_OPS_H

#include "build.h"
#include "graph/cut.h"

/* Operators small enough to know by heart, to couple and to cut. */

/* x [N,I], w [I,O], optional b [O] -> [N,O] */
static inline int infer_dense(struct graph *g, struct node *n,
                              struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0), *w = node_in(g, n, 1);
    if (x->shape.dims[1] != w->shape.dims[0])
        return err_set(err, PRUNE_E_INPUT, "inner sizes differ");
    node_out(g, n, 0)->shape = SHAPE(x->shape.dims[0], w->shape.dims[1]);
    node_out(g, n, 0)->dtype = DTYPE_F32;
    return 0;
}

static inline int couple_dense(struct coupling *c, const struct graph *g,
                               const struct node *n, struct prune_error *err)
{
    int x = n->inputs[0], w = n->inputs[1], y = n->outputs[0];
    (void)g;
    couple_plain(c, x, 0);
    couple_plain(c, y, 0);
    int rc = couple_same(c, x, 1, w, 0, err);
    if (!rc)
        rc = couple_same(c, y, 1, w, 1, err);
    if (!rc)
        rc = couple_role(c, n, w, 0, ROLE_IN, err);
    if (!rc)
        rc = couple_role(c, n, w, 1, ROLE_OUT, err);
    if (!rc && n->n_inputs > 2) {
        rc = couple_same(c, y, 1, n->inputs[2], 0, err);
        if (!rc)
            rc = couple_role(c, n, n->inputs[2], 0, ROLE_SIDE, err);
    }
    return rc;
}

static const struct op op_dense = {.name = "Dense",
                                   .infer = infer_dense,
                                   .couple = couple_dense};

static const struct op op_relu = {.name = "Relu",
                                  .infer = infer_same,
                                  .couple = couple_through};

static inline int infer_sum(struct graph *g, struct node *n,
                            struct prune_error *err)
{
    node_out(g, n, 0)->dtype = DTYPE_F32;
    return shape_broadcast(&node_out(g, n, 0)->shape,
                           &node_in(g, n, 0)->shape,
                           &node_in(g, n, 1)->shape, err);
}

static const struct op op_sum = {.name = "Add",
                                 .infer = infer_sum,
                                 .couple = couple_broadcast};

/* [N,A], [N,B] -> [N,A+B] */
static inline int infer_cat(struct graph *g, struct node *n,
                            struct prune_error *err)
{
    const struct value *a = node_in(g, n, 0), *b = node_in(g, n, 1);
    (void)err;
    node_out(g, n, 0)->shape = SHAPE(
        a->shape.dims[0], a->shape.dims[1] + b->shape.dims[1]);
    node_out(g, n, 0)->dtype = DTYPE_F32;
    return 0;
}

static inline int couple_cat(struct coupling *c, const struct graph *g,
                             const struct node *n, struct prune_error *err)
{
    int64_t a = node_in(g, n, 0)->shape.dims[1];
    int64_t b = node_in(g, n, 1)->shape.dims[1];
    couple_plain(c, n->outputs[0], 0);
    int rc = couple_span(c, n->inputs[0], 1, 0, n->outputs[0], 1, 0, a, err);
    return rc ? rc : couple_span(c, n->inputs[1], 1, 0, n->outputs[0], 1, a,
                                 b, err);
}

static const struct op op_cat = {.name = "Concat",
                                 .infer = infer_cat,
                                 .couple = couple_cat};

/* x [N,C] -> [N,C,3]: every channel three times, in a plane of its own */
static inline int infer_spread(struct graph *g, struct node *n,
                               struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    (void)err;
    node_out(g, n, 0)->shape = SHAPE(x->shape.dims[0], x->shape.dims[1], 3);
    node_out(g, n, 0)->dtype = DTYPE_F32;
    return 0;
}

static inline int couple_spread(struct coupling *c, const struct graph *g,
                                const struct node *n, struct prune_error *err)
{
    (void)g;
    couple_plain(c, n->outputs[0], 0);
    couple_plain(c, n->outputs[0], 2);
    return couple_same(c, n->inputs[0], 1, n->outputs[0], 1, err);
}

static const struct op op_spread = {.name = "Spread",
                                    .infer = infer_spread,
                                    .couple = couple_spread};

/* x [N,C,H], s (two integers, the second is C*H) -> [N,C*H] */
static inline int infer_reshape(struct graph *g, struct node *n,
                                struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    const struct tensor *s = value_constant(g, n->inputs[1]);
    int64_t columns = shape_span(&x->shape, 1, x->shape.rank);
    if (!s || tensor_int(s, 1) != columns)
        return err_set(err, PRUNE_E_INPUT, "sizes do not match");
    node_out(g, n, 0)->shape = SHAPE(x->shape.dims[0], columns);
    node_out(g, n, 0)->dtype = DTYPE_F32;
    return 0;
}

static inline int couple_reshape(struct coupling *c, const struct graph *g,
                                 const struct node *n,
                                 struct prune_error *err)
{
    const struct shape *s = &node_in(g, n, 0)->shape;
    int rc = 0;
    couple_plain_all(c, n->inputs[1]);
    couple_plain(c, n->outputs[0], 0);
    for (int64_t i = 0; !rc && i < s->dims[1] * s->dims[2]; i++)
        rc = couple_one(c, n->inputs[0], 1, i / s->dims[2], n->outputs[0], 1,
                        i, err);
    return rc;
}

static inline int cut_reshape(struct cut *c, int node,
                              struct prune_error *err)
{
    int64_t ints[] = {-1,
                      cut_extent(c, c->g->nodes[node].outputs[0], 1)};
    if (!cut_touches(c, c->g->nodes[node].outputs[0], 1))
        return 0;
    return cut_set_ints(c, node, 1, ints, 2, err);
}

static const struct op op_reshape = {.name = "Reshape",
                                     .infer = infer_reshape,
                                     .couple = couple_reshape,
                                     .cut = cut_reshape};

static inline void add_sizes(struct graph *g, const char *name, int64_t n)
{
    struct tensor *t = NULL;
    struct shape s = SHAPE(2);
    cr_assert_eq(tensor_new(&t, DTYPE_I64, &s, NULL), 0);
    ((int64_t *)t->data)[0] = -1;
    ((int64_t *)t->data)[1] = n;
    cr_assert_eq(graph_set_constant(g, add_value(g, name), t, NULL), 0);
}

static inline void ready(struct graph *g)
{
    struct prune_error e = {0};
    cr_assert_eq(graph_sort(g, &e), 0, "%s", e.text);
    cr_assert_eq(graph_infer(g, 2, NULL, 0, &e), 0, "%s", e.text);
}

static inline struct coupling *coupled(struct graph *g)
{
    struct coupling *c = NULL;
    struct prune_error e = {0};
    ready(g);
    cr_assert_eq(coupling_new(&c, g, &e), 0, "%s", e.text);
    cr_assert_eq(coupling_run(c, &e), 0, "%s", e.text);
    return c;
}

/* x(4) -> dense w1 b1 -> 6 -> relu -> dense w2 -> 3 */
static inline struct graph *perceptron(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 6));
    add_constant(g, "b1", SHAPE(6));
    add_constant(g, "w2", SHAPE(6, 3));
    add_node(g, "Dense", &op_dense, "x w1 b1", "h");
    add_node(g, "Relu", &op_relu, "h", "r");
    add_node(g, "Dense", &op_dense, "r w2", "y");
    add_output(g, "y");
    return g;
}

/* x(4) -> dense -> 5 -> spread [5,3] -> reshape 15 -> dense -> 2 */
static inline struct graph *flattened(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 5));
    add_constant(g, "w2", SHAPE(15, 2));
    add_sizes(g, "s", 15);
    add_node(g, "Dense", &op_dense, "x w1", "h");
    add_node(g, "Spread", &op_spread, "h", "p");
    add_node(g, "Reshape", &op_reshape, "p s", "f");
    add_node(g, "Dense", &op_dense, "f w2", "y");
    add_output(g, "y");
    return g;
}

#endif
