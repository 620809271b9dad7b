/* covers: ops/recurrent_lower
 * The planned way of recurrent layers gives what their own kernel gives. */
#include "base/rng.h"
#include "host.h"
#include "net.h"

enum { T = 5, N = 3, I = 4, H = 6 };

struct layer {
    const char *type;
    int gates, outs, directions;
    const char *direction;
    int linear, biased, started, relu;
};

static float *numbers(struct rng *r, int n, float scale)
{
    float *x = mem_calloc((size_t)n, sizeof *x);
    cr_assert_not_null(x);
    for (int i = 0; i < n; i++)
        x[i] = scale * rng_normal(r);
    return x;
}

/* Input i of the layer: its shape, or of rank -1 when it is absent. */
static struct shape input_shape(const struct layer *l, int i)
{
    int64_t d = l->directions, g = l->gates;
    switch (i) {
    case 0:
        return SHAPE(T, N, I);
    case 1:
        return SHAPE(d, g * H, I);
    case 2:
        return SHAPE(d, g * H, H);
    case 3:
        return l->biased ? SHAPE(d, 2 * g * H) : SHAPE_UNKNOWN;
    case 5:
        return l->started ? SHAPE(d, N, H) : SHAPE_UNKNOWN;
    case 6:
        return l->started && l->gates == 4 ? SHAPE(d, N, H) : SHAPE_UNKNOWN;
    default:
        return SHAPE_UNKNOWN;
    }
}

static void set_attributes(struct graph *g, const struct layer *l)
{
    net_set_text(g, "direction", l->direction);
    net_set_int(g, "hidden_size", H);
    if (l->gates == 3)
        net_set_int(g, "linear_before_reset", l->linear);
    if (l->relu) {
        struct attr *a = net_attr(g, "activations");
        a->type = ATTR_STRINGS;
        a->s = "Relu\0Relu";
        a->n = 10;
    }
}

/* The layer as a network whose first input is fed, the rest constants. */
static struct graph *network(const struct layer *l, float *const *data)
{
    struct graph *g = net_new(14);
    struct prune_error err = {0};
    int in[7];
    for (int i = 0; i < 7; i++) {
        struct shape s = input_shape(l, i);
        in[i] = s.rank < 0 ? NO_VALUE
                : i == 0   ? net_input(g, s)
                           : net_floats(g, s, data[i],
                                        (size_t)shape_numel(&s));
    }
    int out = net_node(g, l->type, l->outs, in, l->gates == 4 ? 7 : 6);
    set_attributes(g, l);
    for (int i = 0; i < l->outs; i++)
        cr_assert_eq(graph_add_output(g, out + i, NULL), 0);
    cr_assert_eq(graph_sort(g, &err), 0, "%s", err.text);
    cr_assert_eq(graph_infer(g, N, NULL, 0, &err), 0, "%s", err.text);
    return g;
}

/* What the operator's own kernel gives. */
static void by_host(const struct graph *g, const struct layer *l,
                    float *const *data, struct datum **out)
{
    struct prune_error err = {0};
    struct datum *in[8] = {0};
    for (int i = 0; i < 7; i++) {
        struct tensor *t = NULL;
        struct shape s = input_shape(l, i);
        if (s.rank < 0)
            continue;
        cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
        memcpy(t->data, data[i], t->size);
        cr_assert_eq(datum_tensor(&in[i], t, NULL), 0);
    }
    struct host_call c = {.graph = g, .node = &g->nodes[0], .in = in,
                          .out = out};
    cr_assert_eq(host_run(&c, &err), 0, "%s", err.text);
    for (int i = 0; i < 8; i++)
        datum_unref(in[i]);
}

static void check_layer(const struct layer *l, enum engine_kind kind)
{
    struct prune_error err = {0};
    struct rng r;
    struct engine *e = NULL;
    struct datum *want[3] = {0};
    float *data[7] = {0};
    rng_init(&r, 3);
    for (int i = 0; i < 7; i++) {
        struct shape s = input_shape(l, i);
        if (s.rank >= 0)
            data[i] = numbers(&r, (int)shape_numel(&s), 0.5F);
    }
    struct graph *g = network(l, data);
    by_host(g, l, data, want);
    struct engine_options o = {.kind = kind, .threads = 1};
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
    cr_assert_eq(engine_run(e, (const void *[]){data[0]}, &err), 0, "%s",
                 err.text);
    cr_expect_str_neq(engine_kernel(e, 0), "host", "%s was not lowered",
                      l->type);
    for (int k = 0; k < l->outs; k++)
        for (int64_t i = 0; i < tensor_numel(want[k]->tensor); i++)
            cr_assert_float_eq(engine_output(e, k)[i],
                               tensor_f32(want[k]->tensor)[i], 1e-5F,
                               "%s %s output %d", l->type, l->direction, k);
    engine_close(e);
    graph_free(g);
    for (int i = 0; i < 7; i++)
        mem_free(data[i]);
    for (int i = 0; i < 3; i++)
        datum_unref(want[i]);
}

Test(recurrent_lower, gives_what_the_kernel_gives)
{
    static const struct layer layers[] = {
        {"LSTM", 4, 3, 1, "forward", 0, 1, 1, 0},
        {"LSTM", 4, 1, 1, "reverse", 0, 0, 0, 0},
        {"LSTM", 4, 3, 2, "bidirectional", 0, 1, 1, 0},
        {"GRU", 3, 2, 1, "forward", 0, 1, 1, 0},
        {"GRU", 3, 2, 1, "reverse", 1, 1, 1, 0},
        {"GRU", 3, 2, 2, "bidirectional", 1, 1, 0, 0},
        {"GRU", 3, 1, 2, "bidirectional", 0, 0, 1, 0},
        {"RNN", 1, 2, 1, "forward", 0, 1, 1, 0},
        {"RNN", 1, 2, 2, "bidirectional", 0, 1, 0, 1},
    };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        check_layer(&layers[i], ENGINE_PLAIN);
        check_layer(&layers[i], ENGINE_FAST);
    }
}
