#include <criterion/criterion.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/engine.h"
#include "engine/interp.h"
#include "ops/table.h"

/* covers: engine/prim_host */

/* Operators of the table, put together by hand: x -> Relu -> r, of any type
 * and shape. */
static struct graph *relu_graph(enum dtype dtype, struct shape shape)
{
    struct graph *g = NULL;
    int x, r, n;
    cr_assert_eq(graph_new(&g, NULL), 0);
    g->opset = 13;
    cr_assert_eq(graph_add_value(g, "x", &x, NULL), 0);
    cr_assert_eq(graph_add_value(g, "r", &r, NULL), 0);
    cr_assert_eq(graph_add_node(g, "Relu", "", "relu", 1, 1, 0, &n, NULL), 0);
    g->nodes[n].op = ops_find("", "Relu", 13);
    g->nodes[n].inputs[0] = x;
    g->nodes[n].outputs[0] = r;
    g->values[x].dtype = g->values[r].dtype = dtype;
    g->values[x].declared = g->values[x].shape = shape;
    cr_assert_eq(graph_add_input(g, x, NULL), 0);
    cr_assert_eq(graph_add_output(g, r, NULL), 0);
    cr_assert_eq(graph_sort(g, NULL), 0);
    cr_assert_eq(graph_infer(g, 1, NULL, 0, NULL), 0);
    return g;
}

static struct datum *vector(enum dtype dtype, const void *data, int64_t n)
{
    struct tensor *t = NULL;
    struct datum *d = NULL;
    struct shape s = {.rank = 1, .dims = {n}};
    cr_assert_eq(tensor_new(&t, dtype, &s, NULL), 0);
    memcpy(t->data, data, t->size);
    cr_assert_eq(datum_tensor(&d, t, NULL), 0);
    return d;
}

static void run_both(struct graph *g, struct datum *x, const void *want,
                     size_t size)
{
    struct prune_error err = {0};
    struct datum *y = NULL;
    cr_assert_eq(interp_graph(g, NULL, &x, 1, &y, 1, &err), 0, "%s",
                 err.text);
    cr_assert_eq(y->tensor->size, size);
    cr_expect_eq(memcmp(y->tensor->data, want, size), 0);
    datum_unref(y);
    for (int kind = ENGINE_PLAIN; kind <= ENGINE_TIMED; kind++) {
        struct engine_options o = {.kind = (enum engine_kind)kind,
                                   .threads = 1};
        struct engine *e = NULL;
        cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
        for (int run = 0; run < 2; run++) {
            cr_assert_eq(engine_run_data(e, &x, &err), 0, "%s", err.text);
            const struct datum *d = engine_result(e, 0);
            cr_assert_eq(d->tensor->size, size);
            cr_expect_eq(memcmp(d->tensor->data, want, size), 0);
        }
        engine_close(e);
    }
}

Test(interp, other_floats_go_through_float32)
{
    struct graph *g = relu_graph(DTYPE_F64, (struct shape){1, {3}});
    struct datum *x = vector(DTYPE_F64, (double[]){-1, 0.5, 3}, 3);
    run_both(g, x, (double[]){0, 0.5, 3}, 3 * sizeof(double));
    datum_unref(x);
    graph_free(g);
    g = relu_graph(DTYPE_F16, (struct shape){1, {2}});
    x = vector(DTYPE_F16, (uint16_t[]){0xbc00, 0x3c00}, 2);
    run_both(g, x, (uint16_t[]){0, 0x3c00}, 4);
    datum_unref(x);
    graph_free(g);
}

Test(interp, an_input_of_unknown_rank_has_its_shape_at_the_run)
{
    struct graph *g = relu_graph(DTYPE_F32, SHAPE_UNKNOWN);
    struct datum *x = vector(DTYPE_F32, (float[]){-1, 2}, 2);
    run_both(g, x, (float[]){0, 2}, 8);
    datum_unref(x);
    graph_free(g);
}

Test(interp, a_wrong_input_is_refused)
{
    struct prune_error err = {0};
    struct engine_options o = {.kind = ENGINE_FAST, .threads = 1};
    struct engine *e = NULL;
    struct graph *g = relu_graph(DTYPE_F32, (struct shape){1, {3}});
    struct datum *x = vector(DTYPE_F32, (float[]){-1, 2}, 2), *none = NULL;
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
    cr_expect_eq(engine_run_data(e, &x, &err), PRUNE_E_INPUT);
    cr_expect(strstr(err.text, "'x' is float32 of shape 2") != NULL, "%s",
              err.text);
    cr_expect_eq(engine_run_data(e, &none, &err), PRUNE_E_INPUT);
    engine_close(e);
    datum_unref(x);
    graph_free(g);
}

Test(interp, every_allocation_may_fail)
{
    struct graph *g = relu_graph(DTYPE_F64, (struct shape){1, {3}});
    struct datum *x = vector(DTYPE_F64, (double[]){-1, 0.5, 3}, 3);
    int code = PRUNE_E_MEMORY;
    for (int i = 0; code == PRUNE_E_MEMORY; i++) {
        struct prune_error err = {0};
        struct datum *y = NULL;
        cr_assert_lt(i, 1000);
        mem_fail_after(i);
        code = interp_graph(g, NULL, &x, 1, &y, 1, &err);
        mem_fail_after(-1);
        datum_unref(y);
    }
    cr_expect_eq(code, 0);
    datum_unref(x);
    graph_free(g);
}
