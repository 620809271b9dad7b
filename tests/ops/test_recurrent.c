/* covers: ops/rnn ops/gru ops/lstm
 * One hidden unit, so that the numbers can be worked out by hand; and
 * units in a network that are removed. */
#include "host.h"
#include "net.h"

static struct host_test cell(const char *type, int outs, int gates)
{
    float ones[8];
    struct host_test t = host_begin(type, "", 14, 8, outs);
    t.g->nodes[0].n_inputs = strcmp(type, "LSTM") == 0 ? 8 : 6;
    char shape[16];
    snprintf(shape, sizeof shape, "1x%dx1", gates);
    for (int i = 0; i < 8; i++)
        ones[i] = 1.0F;
    host_f32(&t, 0, "3x1x1", (float[]){1, 2, -1});
    host_f32(&t, 1, shape, ones);
    host_f32(&t, 2, shape, ones);
    return t;
}

static float logistic(float x)
{
    return 1.0F / (1.0F + expf(-x));
}

Test(recurrent, rnn_goes_forward)
{
    struct host_test t = cell("RNN", 2, 1);
    float a = tanhf(1), b = tanhf(2 + a), c = tanhf(b - 1);
    host_call(&t);
    host_gives_f32(&t, 0, "3x1x1x1", (float[]){a, b, c});
    host_gives_f32(&t, 1, "1x1x1", &c);
    host_end(&t);
}

Test(recurrent, rnn_goes_back_from_its_length_with_bias_and_clip)
{
    struct host_test t = cell("RNN", 2, 1);
    host_text(&t, "direction", "reverse");
    host_float(&t, "clip", 2.5F);
    struct attr *a = host_attr(&t, "activations", ATTR_STRINGS);
    a->s = "affine";
    a->n = 7;
    host_floats(&t, "activation_alpha", (float[]){2}, 1);
    host_floats(&t, "activation_beta", (float[]){1}, 1);
    host_f32(&t, 3, "1x2", (float[]){1, -2});
    host_give(&t, 4, DTYPE_I32, "1", (int32_t[]){2});
    host_f32(&t, 5, "1x1x1", (float[]){0.5F});
    host_call(&t);
    /* 2 - 1 + .5 = 1.5, 4; 1 - 1 + 4 is clipped to 2.5, 6; then nothing */
    host_gives_f32(&t, 0, "3x1x1x1", (float[]){6, 4, 0});
    host_gives_f32(&t, 1, "1x1x1", (float[]){6});
    host_end(&t);
}

Test(recurrent, rnn_in_both_directions_batch_first)
{
    struct host_test t = host_begin("RNN", "", 14, 3, 2);
    struct attr *a = host_attr(&t, "activations", ATTR_STRINGS);
    a->s = "Relu\0Relu";
    a->n = 10;
    host_text(&t, "direction", "bidirectional");
    host_int(&t, "layout", 1);
    host_f32(&t, 0, "2x2x1", (float[]){1, 2, 3, 4});
    host_f32(&t, 1, "2x1x1", (float[]){1, 10});
    host_f32(&t, 2, "2x1x1", (float[]){1, 1});
    host_call(&t);
    host_gives_f32(&t, 0, "2x2x2x1",
                   (float[]){1, 30, 3, 20, 3, 70, 7, 40});
    host_gives_f32(&t, 1, "2x2x1", (float[]){3, 30, 7, 70});
    host_end(&t);
}

Test(recurrent, gru_before_and_after_the_reset)
{
    for (int linear = 0; linear < 2; linear++) {
        struct host_test t = cell("GRU", 1, 3);
        host_int(&t, "linear_before_reset", linear);
        host_f32(&t, 3, "1x6", (float[]){0, 0, 0, 0, 0, 1});
        host_call(&t);
        float h = 0, want[3], x[] = {1, 2, -1};
        for (int i = 0; i < 3; i++) {
            float z = logistic(x[i] + h);
            float fresh = linear ? z * (h + 1) : z * h + 1;
            h = (1 - z) * tanhf(x[i] + fresh) + z * h;
            want[i] = h;
        }
        host_gives_f32(&t, 0, "3x1x1x1", want);
        host_end(&t);
    }
}

Test(recurrent, lstm_with_peepholes)
{
    for (int couple = 0; couple < 2; couple++) {
        struct host_test t = cell("LSTM", 3, 4);
        host_int(&t, "input_forget", couple);
        host_f32(&t, 6, "1x1x1", (float[]){0.5F});
        host_f32(&t, 7, "1x3", (float[]){1, 2, 3});
        host_call(&t);
        float h = 0, c = 0.5F, want[3], x[] = {1, 2, -1};
        for (int i = 0; i < 3; i++) {
            float in = logistic(x[i] + h + c);
            float forget = logistic(x[i] + h + 3 * c);
            c = (couple ? 1 - in : forget) * c + in * tanhf(x[i] + h);
            h = logistic(x[i] + h + 2 * c) * tanhf(c);
            want[i] = h;
        }
        host_gives_f32(&t, 0, "3x1x1x1", want);
        host_gives_f32(&t, 1, "1x1x1", &h);
        host_gives_f32(&t, 2, "1x1x1", &c);
        host_end(&t);
    }
}

Test(recurrent, only_the_state_is_wanted)
{
    struct host_test t = cell("RNN", 2, 1);
    float want = tanhf(tanhf(2 + tanhf(1)) - 1);
    t.g->nodes[0].outputs[0] = NO_VALUE;
    host_call(&t);
    host_gives_f32(&t, 1, "1x1x1", &want);
    host_end(&t);
}

Test(recurrent, what_cannot_be_is_refused)
{
    struct host_test t = cell("GRU", 1, 3);
    host_f32(&t, 3, "1x5", (float[]){0, 0, 0, 0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    cr_assert(strstr(t.err.text, "bias"));
    host_end(&t);
    t = cell("RNN", 1, 1);
    host_text(&t, "direction", "sideways");
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = cell("LSTM", 1, 4);
    host_f32(&t, 0, "3x1", (float[]){0, 0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

/* A Relu layer of four units, the recurrent one of three, a MatMul. */
static struct graph *net(const char *type, int gates, int *w, int *rw)
{
    struct graph *g = net_new(14);
    int x = net_input(g, SHAPE(2, 1, 2));
    *w = net_count(g, SHAPE(2, 4));
    int y = net_node(g, "Relu", 1, V(net_node(g, "MatMul", 1, V(x, *w))));
    *rw = net_count(g, SHAPE(1, 3 * gates, 4));
    int r = net_count(g, SHAPE(1, 3 * gates, 3));
    int b = net_count(g, SHAPE(1, 6 * gates));
    y = net_node(g, type, 2, V(y, *rw, r, b));
    net_set_int(g, "hidden_size", 3);
    int u = net_count(g, SHAPE(3, 2));
    net_done(g, net_node(g, "MatMul", 1, V(y, u)));
    return g;
}

Test(recurrent, units_and_features_can_go)
{
    static const char *const types[] = {"RNN", "GRU", "LSTM"};
    for (int i = 0; i < 3; i++) {
        int w, rw, gates = i == 0 ? 1 : i + 2;
        struct graph *g = net(types[i], gates, &w, &rw);
        net_is(g, g->nodes[2].outputs[0], SHAPE(2, 1, 1, 3));
        net_is(g, g->nodes[2].outputs[1], SHAPE(1, 1, 3));
        cr_assert_eq(net_cost(g, 2).macs, 2 * 3 * gates * (4 + 3));
        struct coupling *c = net_couple(g);
        cr_assert_str_eq(net_frozen(c, rw, 1), "");
        cr_assert_eq(net_tied(c, w, 1, 2, rw, 2, 2), 1);
        coupling_free(c);
        graph_free(g);
    }
}
