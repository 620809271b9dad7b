#ifndef TESTS_OPS_CASES_H
#define TESTS_OPS_CASES_H

#include "net.h"

/* What operators of one family all have to show. */

/* x [2,2] and a constant k [2] give y. */
static inline void case_broadcast(const char *type, const float *x,
                                  const float *k, const float *y)
{
    struct graph *g = net_new(13);
    int in = net_input(g, SHAPE(2, 2));
    net_node(g, type, 1, V(in, net_floats(g, SHAPE(2), k, 2)));
    net_check(g, SHAPE(2, 2), x, 4, y, 4);
}

/* Integers 7, -4 with 2 give these two. */
static inline void case_integers(const char *type, int64_t a, int64_t b)
{
    struct graph *g = net_new(13);
    int x = net_ints(g, I(7, -4)), two = net_ints(g, I(2));
    int y = net_node(g, type, 1, V(x, two));
    net_done(g, y);
    net_is(g, y, SHAPE(2));
    net_knows(g, y, I(a, b));
    graph_free(g);
}

/* Two convolutions and a constant are tied channel by channel. */
static inline void case_ties(const char *type)
{
    int w, a;
    struct graph *g = net_begin(13, 3, &w, &a);
    int k = net_count(g, SHAPE(3, 1, 1)), u = net_count(g, SHAPE(3, 1, 1, 1));
    int b = net_node(g, "Conv", 1, V(g->inputs[0], u));
    int y = net_node(g, type, 1, V(a, b));
    y = net_node(g, type, 1, V(y, k));
    net_done(g, net_node(g, "GlobalMaxPool", 1, V(y)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 0, 1), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, k, 0, 1), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, k, 0, 2), 0);
    cr_assert_eq(net_cost(g, 3).learned, 2u);
    coupling_free(c);
    graph_free(g);
}

/* Over 1, 3 / -5, 7: along rows, along columns, over all. */
static inline void case_reduce(const char *type, const float *rows,
                               const float *columns, float all)
{
    int by_input = strcmp(type, "ReduceSum") == 0 ? 13 : 18;
    const float x[] = {1, 3, -5, 7};
    struct graph *g = net_one(type, by_input - 1, SHAPE(1, 2, 2));
    net_set_ints(g, "axes", I(-1));
    net_set_int(g, "keepdims", 0);
    net_check(g, SHAPE(1, 2), x, 4, rows, 2);
    g = net_new(by_input);
    int in = net_input(g, SHAPE(1, 2, 2));
    net_node(g, type, 1, V(in, net_ints(g, I(1))));
    net_check(g, SHAPE(1, 1, 2), x, 4, columns, 2);
    net_check(net_one(type, 13, SHAPE(2, 2)), SHAPE(1, 1), x, 4, &all, 1);
    g = net_one(type, by_input, SHAPE(2, 2));
    net_set_int(g, "noop_with_empty_axes", 1);
    net_check(g, SHAPE(2, 2), x, 4, x, 4);
    g = net_one(type, 13, SHAPE(2, 2));
    net_set_ints(g, "axes", I(2));
    net_bad(g, g->nodes[0].outputs[0], "axis 2");
}

/* Over space channels pass, over channels they are frozen. */
static inline void case_reduce_ties(const char *type, const char *reason)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, type, 1, V(y));
    net_set_ints(g, "axes", I(2, 3));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
    g = net_begin(13, 3, &w, &y);
    y = net_node(g, type, 1, V(y));
    net_set_ints(g, "axes", I(1));
    net_end(g, y, 1, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), reason));
    coupling_free(c);
    graph_free(g);
}

/* Channels that are weighed against each other are frozen, others not. */
static inline void case_weighs(const char *type)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, type, 1, V(y));
    net_set_int(g, "axis", 1);
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "against each other"));
    coupling_free(c);
    graph_free(g);
    net_through(type, 13);
}

#endif
