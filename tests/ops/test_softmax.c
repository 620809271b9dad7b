#include "cases.h"

Test(softmax, along_one_axis_since_opset_13)
{
    net_check(net_one("Softmax", 13, SHAPE(2, 1, 2)), SHAPE(2, 1, 2),
              F(0, 0.69314718f, 1.09861229f, 0),
              F(0.33333333f, 0.66666667f, 0.75f, 0.25f));
    struct graph *g = net_one("Softmax", 13, SHAPE(2, 1, 2));
    net_set_int(g, "axis", 0);
    net_check(g, SHAPE(2, 1, 2), F(0, 0, 0, 1.09861229f),
              F(0.5f, 0.25f, 0.5f, 0.75f));
}

Test(softmax, over_all_axes_behind_before)
{
    net_check(net_one("Softmax", 11, SHAPE(1, 2, 2)), SHAPE(1, 2, 2),
              F(0, 0, 0, 1.09861229f),
              F(0.16666667f, 0.16666667f, 0.16666667f, 0.5f));
}

Test(softmax, freezes_the_channels_that_it_weighs)
{
    case_weighs("Softmax");
}

Test(softmax, old_and_of_doubles)
{
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    struct prune_error err = {0};
    struct engine *e = NULL;
    struct graph *g = net_one("Softmax", 11, SHAPE(1, 2, 1));
    g->values[g->inputs[0]].dtype = DTYPE_F64;
    net_done(g, g->nodes[0].outputs[0]);
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
    const double x[] = {0, 1.0986122886681098};
    cr_assert_eq(engine_run(e, (const void *[]){x}, &err), 0, "%s", err.text);
    const struct tensor *y = engine_result(e, 0)->tensor;
    cr_assert_eq(y->dtype, DTYPE_F64);
    cr_assert_float_eq(((const double *)y->data)[0], 0.25, 1e-6);
    cr_assert_float_eq(((const double *)y->data)[1], 0.75, 1e-6);
    engine_close(e);
    graph_free(g);
}
