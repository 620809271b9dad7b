#include "build.h"

static const struct op same = {.name = "Same", .infer = infer_same};

static int infer_huge(struct graph *g, struct node *n,
                      struct prune_error *err)
{
    (void)err;
    node_out(g, n, 0)->shape = SHAPE(INT64_MAX / 3, 2);
    return 0;
}

static const struct op huge = {.name = "Huge", .infer = infer_huge};

static int infer_refused(struct graph *g, struct node *n,
                         struct prune_error *err)
{
    (void)g;
    (void)n;
    return err_set(err, PRUNE_E_INPUT, "kernel too large");
}

static const struct op refused = {.name = "No", .infer = infer_refused};

static struct graph *chain(const struct op *op)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(-1, 3, -1));
    add_node(g, "Op", op, "x", "a");
    add_node(g, "Same", &same, "a", "y");
    add_output(g, "y");
    cr_assert_eq(graph_sort(g, NULL), 0);
    return g;
}

static struct shape shape_of(const struct graph *g, const char *name)
{
    return g->values[graph_find_value(g, name)].shape;
}

Test(infer, puts_the_batch_first_and_one_elsewhere)
{
    struct graph *g = chain(&same);
    cr_assert_eq(graph_infer(g, 32, NULL, 0, NULL), 0);
    struct shape got = shape_of(g, "y"), want = SHAPE(32, 3, 1);
    cr_assert(shape_equal(&got, &want));
    cr_assert_eq(g->values[graph_find_value(g, "y")].dtype, DTYPE_F32);
    cr_assert_eq(graph_infer(g, 0, NULL, 0, NULL), PRUNE_E_USAGE);
    graph_free(g);
}

Test(infer, takes_overrides_for_symbolic_sizes_only)
{
    struct graph *g = chain(&same);
    struct prune_error e = {0};
    struct shape_override o = {"x", SHAPE(1, 3, 20)};
    cr_assert_eq(graph_infer(g, 4, &o, 1, NULL), 0);
    struct shape got = shape_of(g, "y"), want = SHAPE(4, 3, 20);
    cr_assert(shape_equal(&got, &want));
    o.shape = SHAPE(1, 4, 20);
    cr_assert_eq(graph_infer(g, 4, &o, 1, &e), PRUNE_E_USAGE);
    cr_assert_str_eq(e.text,
                     "input 'x' has shape ?x3x?, which 1x4x20 does not fit");
    e.code = 0;
    o.input = "nobody";
    cr_assert_eq(graph_infer(g, 4, &o, 1, &e), PRUNE_E_USAGE);
    cr_assert_not_null(strstr(e.text, "'nobody'"));
    graph_free(g);
}

Test(infer, goes_on_behind_unknown_operators_where_the_file_says)
{
    struct graph *g = chain(NULL);
    cr_assert_eq(graph_infer(g, 1, NULL, 0, NULL), 0);
    cr_assert_eq(shape_of(g, "a").rank, -1);
    cr_assert_eq(shape_of(g, "y").rank, -1);
    g->values[graph_find_value(g, "a")].declared = SHAPE(1, 7);
    cr_assert_eq(graph_infer(g, 1, NULL, 0, NULL), 0);
    struct shape got = shape_of(g, "y"), want = SHAPE(1, 7);
    cr_assert(shape_equal(&got, &want));
    graph_free(g);
}

Test(infer, refuses_shapes_that_cannot_be)
{
    struct graph *g = chain(&huge);
    struct prune_error e = {0};
    cr_assert_eq(graph_infer(g, 1, NULL, 0, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "node Op (output a)"));
    graph_free(g);
    g = chain(&refused);
    e.code = 0;
    cr_assert_eq(graph_infer(g, 1, NULL, 0, &e), PRUNE_E_INPUT);
    cr_assert_str_eq(e.text, "node Op (output a): kernel too large");
    cr_assert_eq(graph_infer(g, 1, NULL, 0, NULL), PRUNE_E_INPUT);
    graph_free(g);
}
