#include "ops.h"

static int find(const struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    return v;
}

/* The group of the first position of (name, axis); -1: none. */
static int group_at(const struct coupling *c, const struct graph *g,
                    const char *name, int axis, int64_t i)
{
    int group = -1;
    return coupling_unit(c, find(g, name), axis, i, &group) < 0 ? -1 : group;
}

Test(couple, ties_a_hidden_layer_to_all_that_hangs_on_it)
{
    struct graph *g = perceptron();
    struct coupling *c = coupled(g);
    const struct group *hidden =
        coupling_group(c, group_at(c, g, "h", 1, 0));
    cr_assert_eq(hidden->n_units, 6);
    cr_assert_eq(hidden->refusal, -1);
    cr_assert_eq(hidden->n_members, 5);
    int seen = 0;
    for (int i = 0; i < hidden->n_members; i++) {
        const struct member *m = &hidden->members[i];
        if (m->value == find(g, "w1"))
            cr_assert(m->axis == 1 && m->role == ROLE_OUT && m->node == 0);
        else if (m->value == find(g, "w2"))
            cr_assert(m->axis == 0 && m->role == ROLE_IN && m->node == 2);
        else if (m->value == find(g, "b1"))
            cr_assert(m->axis == 0 && m->role == ROLE_SIDE && m->node == 0);
        else
            cr_assert(m->role == 0 && m->node == -1);
        seen += m->node >= 0;
    }
    cr_assert_eq(seen, 3);
    cr_assert_eq(group_at(c, g, "w2", 0, 5), group_at(c, g, "h", 1, 0));
    cr_assert_eq(group_at(c, g, "h", 0, 0), -1); /* the batch */
    coupling_free(c);
    graph_free(g);
}

Test(couple, freezes_the_ends_and_names_them)
{
    struct graph *g = perceptron();
    struct coupling *c = coupled(g);
    cr_assert_eq(coupling_n_refusals(c), 1);
    cr_assert_eq(coupling_refusal(c, 0)->node, 2);
    cr_assert_str_eq(coupling_refusal(c, 0)->reason, "output of the network");
    const struct group *ends[] = {
        coupling_group(c, group_at(c, g, "y", 1, 0)),
        coupling_group(c, group_at(c, g, "x", 1, 0))};
    cr_assert_eq(ends[0]->refusal, 0);
    cr_assert_geq(ends[1]->refusal, 1); /* nobody's filter: not listed */
    cr_assert_str_eq(coupling_refusal(c, ends[1]->refusal)->reason,
                     "input of the network");
    coupling_free(c);
    graph_free(g);
}

Test(couple, makes_one_group_of_a_residual_sum)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 5));
    add_constant(g, "w2", SHAPE(5, 5));
    add_constant(g, "shift", SHAPE(1, 5));
    add_constant(g, "w3", SHAPE(5, 2));
    add_node(g, "Dense", &op_dense, "x w1", "a");
    add_node(g, "Dense", &op_dense, "a w2", "b");
    add_node(g, "Add", &op_sum, "a b", "s");
    add_node(g, "Add", &op_sum, "s shift", "t");
    add_node(g, "Dense", &op_dense, "t w3", "y");
    add_output(g, "y");
    struct coupling *c = coupled(g);
    int group = group_at(c, g, "s", 1, 0);
    const char *same[] = {"a", "b", "t"};
    for (int i = 0; i < 3; i++)
        cr_assert_eq(group_at(c, g, same[i], 1, 4), group);
    cr_assert_eq(group_at(c, g, "w2", 0, 0), group);
    cr_assert_eq(group_at(c, g, "w2", 1, 0), group);
    cr_assert_eq(group_at(c, g, "shift", 1, 0), group);
    cr_assert_eq(coupling_group(c, group)->n_units, 5);
    cr_assert_eq(coupling_group(c, group)->refusal, -1);
    coupling_free(c);
    graph_free(g);
}

Test(couple, keeps_the_parts_of_a_concatenation_apart)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 2));
    add_constant(g, "w2", SHAPE(4, 3));
    add_constant(g, "w3", SHAPE(5, 2));
    add_node(g, "Dense", &op_dense, "x w1", "a");
    add_node(g, "Dense", &op_dense, "x w2", "b");
    add_node(g, "Concat", &op_cat, "a b", "c");
    add_node(g, "Dense", &op_dense, "c w3", "y");
    add_output(g, "y");
    struct coupling *c = coupled(g);
    int a = group_at(c, g, "a", 1, 0), b = group_at(c, g, "b", 1, 0);
    cr_assert_neq(a, b);
    cr_assert_eq(group_at(c, g, "w3", 0, 1), a);
    cr_assert_eq(group_at(c, g, "w3", 0, 2), b);
    cr_assert_eq(coupling_group(c, b)->n_units, 3);
    int group;
    cr_assert_eq(coupling_unit(c, find(g, "w3"), 0, 4, &group), 2);
    coupling_free(c);
    graph_free(g);
}

Test(couple, a_tensor_joined_to_itself_gives_each_unit_two_positions)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 2));
    add_constant(g, "w3", SHAPE(4, 2));
    add_node(g, "Dense", &op_dense, "x w1", "a");
    add_node(g, "Concat", &op_cat, "a a", "c");
    add_node(g, "Dense", &op_dense, "c w3", "y");
    add_output(g, "y");
    struct coupling *c = coupled(g);
    int group = group_at(c, g, "a", 1, 0);
    const struct group *k = coupling_group(c, group);
    cr_assert_eq(k->n_units, 2);
    for (int m = 0; m < k->n_members; m++) {
        const int64_t *at;
        int64_t n;
        coupling_positions(c, group, 1, m, &at, &n);
        cr_assert_eq(at[0], 1);
        if (k->members[m].value == find(g, "w3"))
            cr_assert(n == 2 && at[1] == 3);
    }
    coupling_free(c);
    graph_free(g);
}

Test(couple, a_flatten_gives_each_channel_a_run)
{
    struct graph *g = flattened();
    struct coupling *c = coupled(g);
    int group = group_at(c, g, "h", 1, 0);
    const struct group *k = coupling_group(c, group);
    cr_assert_eq(k->n_units, 5);
    for (int m = 0; m < k->n_members; m++) {
        const int64_t *at;
        int64_t n;
        if (k->members[m].value != find(g, "w2"))
            continue;
        for (int u = 0; u < 5; u++) {
            coupling_positions(c, group, u, m, &at, &n);
            cr_assert_eq(n, 3);
            for (int i = 0; i < 3; i++)
                cr_assert_eq(at[i], 3 * u + i);
        }
    }
    coupling_free(c);
    graph_free(g);
}

Test(couple, goes_around_operators_that_nobody_knows)
{
    struct graph *g = perceptron();
    g->nodes[1].op = NULL;
    g->values[find(g, "r")].declared = SHAPE(2, 6);
    struct coupling *c = coupled(g);
    int hidden = coupling_group(c, group_at(c, g, "h", 1, 0))->refusal;
    cr_assert_geq(hidden, 0);
    cr_assert_eq(coupling_refusal(c, hidden)->node, 0);
    cr_assert_str_eq(coupling_refusal(c, hidden)->reason,
                     "operator Relu is not understood (node Relu (output "
                     "r))");
    coupling_free(c);
    graph_free(g);
}

Test(couple, freezes_around_unknown_shapes_and_subgraphs)
{
    struct graph *g = perceptron();
    g->nodes[1].op = NULL; /* the second layer's input has no shape now */
    struct coupling *c = coupled(g);
    cr_assert_geq(coupling_group(c, group_at(c, g, "w2", 1, 0))->refusal, 0);
    coupling_free(c);
    graph_free(g);

    g = perceptron();
    int h = find(g, "h");
    g->nodes[2].captured = &h;
    g->nodes[2].n_captured = 1;
    c = coupled(g);
    int refusal = coupling_group(c, group_at(c, g, "h", 1, 0))->refusal;
    cr_assert_str_eq(coupling_refusal(c, refusal)->reason,
                     "read by a subgraph (node Dense (output y))");
    coupling_free(c);
    graph_free(g);
}

/* Two consumers of one bias, once directly and once through Identity. */
Test(couple, ties_sharers_of_a_constant)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 4));
    add_constant(g, "w1", SHAPE(4, 3));
    add_constant(g, "w2", SHAPE(4, 3));
    add_constant(g, "b", SHAPE(3));
    add_constant(g, "w3", SHAPE(6, 2));
    add_node(g, "Identity", &op_relu, "b", "b2");
    add_node(g, "Dense", &op_dense, "x w1 b", "p");
    add_node(g, "Dense", &op_dense, "x w2 b2", "q");
    add_node(g, "Concat", &op_cat, "p q", "c");
    add_node(g, "Dense", &op_dense, "c w3", "y");
    add_output(g, "y");
    struct coupling *c = coupled(g);
    int group = group_at(c, g, "p", 1, 0);
    cr_assert_eq(group_at(c, g, "q", 1, 0), group);
    const struct group *k = coupling_group(c, group);
    cr_assert_eq(k->n_units, 3);
    int riders = 0;
    for (int m = 0; m < k->n_members; m++)
        riders += k->members[m].role == ROLE_SIDE;
    cr_assert_eq(riders, 1);
    coupling_free(c);
    graph_free(g);
}

Test(couple, plain_axes_stay_out_and_spoil_what_they_meet)
{
    struct graph *g = NULL;
    struct coupling *c = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_constant(g, "a", SHAPE(3));
    add_constant(g, "b", SHAPE(3));
    add_constant(g, "p", SHAPE(3));
    add_constant(g, "other", SHAPE(4));
    ready(g);
    cr_assert_eq(coupling_new(&c, g, NULL), 0);
    couple_plain(c, 2, 0);
    cr_assert(couple_is_plain(c, 2, 0) && !couple_is_plain(c, 0, 0));
    cr_assert_eq(couple_same(c, 0, 0, 1, 0, NULL), 0);
    cr_assert_eq(couple_same(c, 1, 0, 2, 0, NULL), 0);
    cr_assert_not(couple_is_plain(c, 1, 0));
    struct prune_error e = {0};
    cr_assert_eq(couple_same(c, 0, 0, 3, 0, &e), PRUNE_E_FAILED);
    cr_assert_not_null(strstr(e.text, "'other'"));
    cr_assert_eq(couple_span(c, 0, 0, 2, 3, 0, 0, 2, NULL), PRUNE_E_FAILED);
    cr_assert_eq(couple_one(c, 0, 1, 0, 3, 0, 0, NULL), PRUNE_E_FAILED);
    cr_assert_eq(coupling_run(c, NULL), 0);
    int group;
    cr_assert_eq(coupling_unit(c, 2, 0, 0, &group), -1);
    cr_assert_eq(coupling_unit(c, 0, 0, 3, &group), -1);
    cr_assert_geq(coupling_unit(c, 0, 0, 2, &group), 0);
    cr_assert_geq(coupling_group(c, group)->refusal, 0);
    coupling_free(c);
    graph_free(g);
}

/* Random ties against the plainest of algorithms: labels repainted. */
Test(couple, agrees_with_repainting)
{
    struct graph *g = NULL;
    struct coupling *c = NULL;
    enum { VALUES = 6, SIZE = 7, N = VALUES * SIZE };
    int label[N];
    unsigned x = 7;
    cr_assert_eq(graph_new(&g, NULL), 0);
    for (int v = 0; v < VALUES; v++) {
        char name[8];
        snprintf(name, sizeof name, "v%d", v);
        add_constant(g, name, SHAPE(SIZE));
    }
    ready(g);
    cr_assert_eq(coupling_new(&c, g, NULL), 0);
    for (int p = 0; p < N; p++)
        label[p] = p;
    for (int k = 0; k < 40; k++) {
        int pq[2];
        for (int i = 0; i < 2; i++) {
            x = x * 1664525u + 1013904223u;
            pq[i] = (int)((x >> 8) % N);
        }
        cr_assert_eq(couple_one(c, pq[0] / SIZE, 0, pq[0] % SIZE,
                                pq[1] / SIZE, 0, pq[1] % SIZE, NULL), 0);
        int from = label[pq[0]], to = label[pq[1]];
        for (int p = 0; p < N; p++)
            if (label[p] == from)
                label[p] = to;
    }
    cr_assert_eq(coupling_run(c, NULL), 0);
    for (int p = 0; p < N; p++)
        for (int q = 0; q < N; q++) {
            int gp = -1, gq = -1;
            int up = coupling_unit(c, p / SIZE, 0, p % SIZE, &gp);
            int uq = coupling_unit(c, q / SIZE, 0, q % SIZE, &gq);
            if (up < 0 || uq < 0)
                continue;
            cr_assert_eq(up == uq && gp == gq, label[p] == label[q]);
        }
    coupling_free(c);
    graph_free(g);
}

Test(couple, survives_want_of_memory)
{
    struct graph *g = flattened();
    ready(g);
    int rc = -1;
    for (long i = 0; rc && i < 200; i++) {
        struct coupling *c = NULL;
        mem_fail_after(i);
        rc = coupling_new(&c, g, NULL);
        if (!rc)
            rc = coupling_run(c, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY);
        coupling_free(c);
    }
    cr_assert_eq(rc, 0);
    graph_free(g);
}
