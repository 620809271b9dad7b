#include "net.h"

/* A Constant node with nothing said yet. */
static struct graph *constant(struct attr **a, const char *name,
                              enum attr_type type)
{
    struct graph *g = net_new(13);
    net_node(g, "Constant", 1, NULL, 0);
    *a = net_attr(g, name);
    (*a)->type = type;
    return g;
}

Test(constant, holds_numbers_and_lists_of_them)
{
    struct attr *a;
    struct graph *g = constant(&a, "value_int", ATTR_INT);
    int y = g->nodes[0].outputs[0];
    a->i = 42;
    net_done(g, y);
    net_is(g, y, SCALAR);
    net_knows(g, y, I(42));
    graph_free(g);
    g = constant(&a, "value_ints", ATTR_INTS);
    a->ints = (const int64_t[]){4, -5};
    a->n = 2;
    net_done(g, y);
    net_is(g, y, SHAPE(2));
    net_knows(g, y, I(4, -5));
    graph_free(g);
    g = constant(&a, "value_floats", ATTR_FLOATS);
    a->floats = (const float[]){0.5f, 2};
    a->n = 2;
    net_done(g, y);
    cr_assert_eq(tensor_f32(value_constant(g, y))[1], 2);
    graph_free(g);
    g = constant(&a, "value_float", ATTR_FLOAT);
    a->f = 0.5f;
    net_done(g, y);
    cr_assert_eq(tensor_f32(value_constant(g, y))[0], 0.5f);
    graph_free(g);
}

Test(constant, holds_a_tensor)
{
    struct attr *a;
    struct graph *g = constant(&a, "value", ATTR_TENSOR);
    int y = g->nodes[0].outputs[0];
    cr_assert_eq(tensor_new(&a->tensor, DTYPE_F32, &SHAPE(3), NULL), 0);
    net_done(g, y);
    net_is(g, y, SHAPE(3));
    cr_assert_eq(value_constant(g, y), a->tensor);
    graph_free(g);
}

Test(constant, survives_want_of_memory)
{
    struct attr *a;
    struct graph *g = constant(&a, "value_int", ATTR_INT);
    struct prune_error err = {0};
    int y = g->nodes[0].outputs[0];
    cr_assert_eq(graph_add_output(g, y, NULL), 0);
    cr_assert_eq(graph_sort(g, NULL), 0);
    int e = PRUNE_E_MEMORY;
    for (long i = 0; e; i++) {
        err.code = 0;
        mem_fail_after(i);
        e = graph_infer(g, 1, NULL, 0, &err);
        mem_fail_after(-1);
        cr_assert(e == 0 || e == PRUNE_E_MEMORY, "%s", err.text);
    }
    graph_free(g);
}
