#include "ops.h"

static struct value *find(struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    return &g->values[v];
}

/* What goes: `units` of the group that owns (name, axis). */
static unsigned char **mark(const struct coupling *c, struct graph *g,
                            const char *name, int axis, const int *units,
                            int n)
{
    int group = -1, groups = coupling_n_groups(c);
    unsigned char **removed = calloc((size_t)groups, sizeof *removed);
    cr_assert_geq(coupling_unit(c, graph_find_value(g, name), axis, 0,
                                &group), 0);
    for (int i = 0; i < groups; i++)
        removed[i] = calloc((size_t)coupling_group(c, i)->n_units + 1, 1);
    for (int i = 0; i < n; i++)
        removed[group][units[i]] = 1;
    return removed;
}

static void unmark(const struct coupling *c, unsigned char **removed)
{
    for (int i = 0; i < coupling_n_groups(c); i++)
        free(removed[i]);
    free(removed);
}

Test(cut, takes_the_units_out_of_all_that_hangs_on_them)
{
    struct graph *g = perceptron();
    struct coupling *c = coupled(g);
    const int units[] = {0, 4};
    unsigned char **removed = mark(c, g, "h", 1, units, 2);
    struct prune_error e = {0};
    cr_assert_eq(cut_apply(g, c, removed, &e), 0, "%s", e.text);
    const float b1[] = {2, 3, 4, 6};
    cr_assert_arr_eq(find(g, "b1")->constant->data, b1, sizeof b1);
    const float row[] = {2, 3, 4, 6, 8, 9, 10, 12};
    cr_assert_arr_eq(find(g, "w1")->constant->data, row, sizeof row);
    const float w2[] = {4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 18};
    cr_assert_arr_eq(find(g, "w2")->constant->data, w2, sizeof w2);
    cr_assert_eq(find(g, "r")->shape.dims[1], 4);
    cr_assert_eq(find(g, "y")->shape.dims[1], 3);
    cr_assert(find(g, "h")->resized && !find(g, "y")->resized);
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

Test(cut, leaves_a_clone_as_it_was)
{
    struct graph *g = perceptron(), *h = NULL;
    struct coupling *c = coupled(g);
    const int units[] = {1};
    unsigned char **removed = mark(c, g, "h", 1, units, 1);
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    cr_assert_eq(cut_apply(h, c, removed, NULL), 0);
    cr_assert_eq(find(h, "w1")->constant->shape.dims[1], 5);
    cr_assert_eq(find(g, "w1")->constant->shape.dims[1], 6);
    unmark(c, removed);
    coupling_free(c);
    graph_free(h);
    graph_free(g);
}

Test(cut, mends_sizes_behind_a_flatten)
{
    struct graph *g = flattened();
    struct coupling *c = coupled(g);
    const int units[] = {1, 3};
    unsigned char **removed = mark(c, g, "h", 1, units, 2);
    struct prune_error e = {0};
    cr_assert_eq(cut_apply(g, c, removed, &e), 0, "%s", e.text);
    cr_assert_eq(tensor_int(find(g, "s")->constant, 1), 9);
    const float first[] = {1, 2, 3, 4, 5, 6, 13, 14, 15, 16, 17, 18,
                           25, 26, 27, 28, 29, 30};
    cr_assert_arr_eq(find(g, "w2")->constant->data, first, sizeof first);
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

/* The sizes belong to another node too: that one keeps the old. */
Test(cut, gives_a_node_its_own_sizes_when_they_are_shared)
{
    struct graph *g = flattened();
    add_constant(g, "k", SHAPE(1, 5, 3));
    add_node(g, "Reshape", &op_reshape, "k s", "z");
    add_output(g, "z");
    struct coupling *c = coupled(g);
    const int units[] = {1};
    unsigned char **removed = mark(c, g, "h", 1, units, 1);
    struct prune_error e = {0};
    cr_assert_eq(cut_apply(g, c, removed, &e), 0, "%s", e.text);
    cr_assert_eq(tensor_int(find(g, "s")->constant, 1), 15);
    cr_assert_eq(tensor_int(find(g, "s_1")->constant, 1), 12);
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

Test(cut, names_the_node_that_was_not_mended)
{
    struct graph *g = flattened();
    struct op lazy = op_reshape;
    lazy.cut = NULL;
    g->nodes[2].op = &lazy;
    struct coupling *c = coupled(g);
    const int units[] = {1};
    unsigned char **removed = mark(c, g, "h", 1, units, 1);
    struct prune_error e = {0};
    cr_assert_neq(cut_apply(g, c, removed, &e), 0);
    cr_assert_not_null(strstr(e.text, "Reshape (output f)"), "%s", e.text);
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

static int cut_never(struct cut *c, int node, struct prune_error *err)
{
    (void)c;
    (void)node;
    return err_set(err, PRUNE_E_FAILED, "asked to mend what was frozen");
}

/* A node with an unknown shape was frozen: there is nothing to mend. */
Test(cut, leaves_nodes_of_unknown_shape_alone)
{
    struct graph *g = perceptron();
    struct op touchy = op_dense;
    touchy.cut = cut_never;
    add_node(g, "Puzzle", NULL, "r", "u");
    int at = add_node(g, "Dense", &touchy, "u w2", "z");
    add_output(g, "z");
    struct coupling *c = coupled(g);
    cr_assert_eq(g->values[g->nodes[at].outputs[0]].shape.rank, -1);
    const int units[] = {1};
    unsigned char **removed = mark(c, g, "h", 1, units, 0);
    struct prune_error e = {0};
    cr_assert_eq(cut_apply(g, c, removed, &e), 0, "%s", e.text);
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

Test(cut, will_not_leave_an_axis_empty)
{
    struct graph *g = perceptron();
    struct coupling *c = coupled(g);
    const int units[] = {0, 1, 2, 3, 4, 5};
    unsigned char **removed = mark(c, g, "h", 1, units, 6);
    struct prune_error e = {0};
    cr_assert_eq(cut_apply(g, c, removed, &e), PRUNE_E_FAILED);
    cr_assert_not_null(strstr(e.text, "nothing would be left"));
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

Test(mask, zeroes_the_same_positions)
{
    struct graph *g = perceptron(), *h = NULL;
    struct coupling *c = coupled(g);
    const int units[] = {1, 4};
    unsigned char **removed = mark(c, g, "h", 1, units, 2);
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    cr_assert_eq(cut_mask(h, c, removed, NULL), 0);
    const float b1[] = {1, 0, 3, 4, 0, 6};
    cr_assert_arr_eq(find(h, "b1")->constant->data, b1, sizeof b1);
    cr_assert_eq(tensor_nonzeros(find(h, "w1")->constant), 16);
    cr_assert_eq(tensor_nonzeros(find(h, "w2")->constant), 12);
    cr_assert_eq(tensor_nonzeros(find(g, "w2")->constant), 18);
    cr_assert_eq(find(h, "w1")->constant->shape.dims[1], 6);
    unmark(c, removed);
    coupling_free(c);
    graph_free(h);
    graph_free(g);
}

/* y = h / d: the divisor is cut like the rest, but never zero. */
Test(mask, spares_divisors)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 3));
    add_constant(g, "d", SHAPE(3));
    add_constant(g, "w2", SHAPE(3, 2));
    add_node(g, "Dense", &op_dense, "x w1", "h");
    add_node(g, "Div", &op_sum, "h d", "q");
    add_node(g, "Dense", &op_dense, "q w2", "y");
    add_output(g, "y");
    struct coupling *c = coupled(g);
    const int units[] = {1};
    unsigned char **removed = mark(c, g, "h", 1, units, 1);
    cr_assert_eq(cut_mask(g, c, removed, NULL), 0);
    cr_assert_eq(tensor_nonzeros(find(g, "d")->constant), 3);
    cr_assert_eq(tensor_nonzeros(find(g, "w2")->constant), 4);
    unmark(c, removed);
    coupling_free(c);
    graph_free(g);
}

Test(cut, survives_want_of_memory)
{
    int rc = -1;
    for (long i = 0; rc && i < 300; i++) {
        struct graph *g = flattened(), *h = NULL;
        struct coupling *c = coupled(g);
        const int units[] = {1, 3};
        unsigned char **removed = mark(c, g, "h", 1, units, 2);
        cr_assert_eq(graph_clone(&h, g, NULL), 0);
        mem_fail_after(i);
        rc = cut_mask(h, c, removed, NULL);
        if (!rc)
            rc = cut_apply(h, c, removed, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY);
        unmark(c, removed);
        coupling_free(c);
        graph_free(h);
        graph_free(g);
    }
    cr_assert_eq(rc, 0);
}
