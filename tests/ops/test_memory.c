#include "net.h"

/* A network of operators that allocate: when inferred, lowered or cut. */
static struct graph *network(int *w)
{
    int y, u;
    struct graph *g = net_begin(18, 4, w, &y);
    int k = net_floats(g, SHAPE(4), F(1, 2, 3, 4));
    y = net_node(g, "BatchNormalization", 1, V(y, k, k, k, k));
    int a = net_node(g, "Split", 2, V(y));
    net_set_int(g, "axis", 1);
    y = net_node(g, "Concat", 1, V(a, a + 1));
    net_set_int(g, "axis", 1);
    int sizes = net_node(g, "Shape", 1, V(y));
    y = net_node(g, "Reshape", 1, V(y, net_ints(g, I(0, 4, 2, 2))));
    int z = net_node(g, "ConstantOfShape", 1, V(sizes));
    y = net_node(g, "Max", 1, V(y, z, y));
    y = net_node(g, "Pad", 1, V(y, net_ints(g, I(0, 1, 0, 0, 0, 1, 0, 0))));
    y = net_node(g, "Slice", 1, V(y, net_ints(g, I(1)), net_ints(g, I(5)),
                                  net_ints(g, I(1))));
    y = net_node(g, "GlobalMaxPool", 1, V(y));
    y = net_node(g, "Expand", 1, V(y, net_ints(g, I(1, 4, 2, 2))));
    net_end(g, y, 4, &u);
    return g;
}

/* Infers, couples, opens, cuts; the first code that is not 0. */
static int all_of_it(struct graph *g, int w, struct prune_error *err)
{
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    unsigned char **removed = NULL;
    struct coupling *c = NULL;
    struct engine *engine = NULL;
    int group = -1, unit = -1;
    int e = graph_infer(g, 1, NULL, 0, err);
    if (!e)
        e = engine_open(&engine, g, &o, err);
    engine_close(engine);
    if (!e)
        e = coupling_new(&c, g, err);
    if (!e)
        e = coupling_run(c, err);
    if (!e)
        unit = coupling_unit(c, w, 0, 1, &group);
    removed = calloc(64, sizeof *removed);
    for (int i = 0; !e && i < coupling_n_groups(c); i++)
        removed[i] = calloc((size_t)coupling_group(c, i)->n_units, 1);
    if (!e) {
        removed[group][unit] = 1;
        e = cut_apply(g, c, removed, err);
    }
    for (int i = 0; i < 64; i++)
        free(removed[i]);
    free(removed);
    coupling_free(c);
    return e;
}

Test(memory, want_of_it_is_an_error_and_nothing_worse)
{
    int e = PRUNE_E_MEMORY, w;
    for (long i = 0; e; i++) {
        struct graph *g = network(&w);
        struct prune_error err = {0};
        mem_fail_after(i);
        e = all_of_it(g, w, &err);
        mem_fail_after(-1);
        cr_assert(e == 0 || e == PRUNE_E_MEMORY, "%ld: %d %s", i, e, err.text);
        if (e == 0)
            net_is(g, w, SHAPE(3, 1, 1, 1));
        graph_free(g);
    }
}
