/* From graphs to engines, with operators of the test's own. */
#include "engine/lower.h"
#include "engine/program.h"
#include "graph/op.h"
#include "programs.h"

/* y = relu(2 x + b) in three primitives. */
static int lower_own(struct lowering *l, const struct graph *g,
                     const struct node *n, struct prune_error *err)
{
    const struct shape *s = &g->values[n->outputs[0]].shape;
    struct prim twice = {.kind = &prim_eltwise,
                         .eltwise = {ELT_LINEAR, 2.0F, 0.0F}};
    struct prim sum = {.kind = &prim_binary, .binary = {BIN_ADD}};
    struct prim relu = {.kind = &prim_eltwise, .eltwise = {.f = ELT_RELU}};
    int a = lower_temp(l, s, err), b = lower_temp(l, s, err);
    if (a < 0 || b < 0)
        return a < 0 ? a : b;
    int in[] = {lower_in(l, n, 0)};
    int code = lower_add(l, n, twice, in, 1, a, err);
    int pair[] = {a, lower_in(l, n, 1)};
    if (code == 0)
        code = lower_add(l, n, sum, pair, 2, b, err);
    if (code == 0)
        code = lower_add(l, n, relu, &b, 1, lower_out(l, n, 0), err);
    return code;
}

static int lower_view(struct lowering *l, const struct graph *g,
                      const struct node *n, struct prune_error *err)
{
    (void)g;
    return lower_simple(l, n, PRIM(.kind = &prim_view), 1, err);
}

static int lower_never(struct lowering *l, const struct graph *g,
                       const struct node *n, struct prune_error *err)
{
    (void)l;
    (void)g;
    return lower_refuse(n, err, "its mode '%s' is not known", "sideways");
}

static const struct op own = {.name = "Own", .domain = "",
                              .lower = lower_own};
static const struct op view = {.name = "View", .domain = "",
                               .lower = lower_view};
static const struct op never = {.name = "Never", .domain = "",
                                .lower = lower_never};
static const struct op unable = {.name = "Unable", .domain = ""};

static int value(struct graph *g, const char *name, enum dtype dtype)
{
    int v = -1;
    cr_assert_eq(graph_add_value(g, name, &v, NULL), 0);
    g->values[v].shape = SHAPE(2, 3);
    g->values[v].dtype = dtype;
    return v;
}

static struct node *node(struct graph *g, const char *name,
                         const struct op *op, int a, int b, int out)
{
    int n = -1;
    cr_assert_eq(graph_add_node(g, op != NULL ? op->name : "Strange", "",
                                name, b < 0 ? 1 : 2, 1, 0, &n, NULL),
                 0);
    g->nodes[n].op = op;
    g->nodes[n].label = name;
    g->nodes[n].inputs[0] = a;
    if (b >= 0)
        g->nodes[n].inputs[1] = b;
    g->nodes[n].outputs[0] = out;
    return &g->nodes[n];
}

/* x -> Own(x, b) -> h -> View -> y, with inputs and outputs set. */
static struct graph *small_graph(const struct op *second)
{
    struct graph *g = NULL;
    struct tensor *t = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    int x = value(g, "x", DTYPE_F32), b = value(g, "b", DTYPE_F32);
    int h = value(g, "h", DTYPE_F32), y = value(g, "y", DTYPE_F32);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &SHAPE(3), NULL), 0);
    for (int i = 0; i < 3; i++)
        tensor_f32(t)[i] = (float)i - 3.0F;
    g->values[b].constant = t;
    g->values[b].shape = SHAPE(3);
    node(g, "first", &own, x, b, h);
    node(g, "second", second, h, -1, y);
    g->inputs = mem_calloc(1, sizeof(int));
    g->outputs = mem_calloc(1, sizeof(int));
    cr_assert(g->inputs != NULL && g->outputs != NULL);
    g->inputs[0] = x;
    g->outputs[0] = y;
    g->n_inputs = g->n_outputs = 1;
    g->values[x].is_input = g->values[y].is_output = 1;
    g->values[x].producer = g->values[b].producer = -1;
    g->values[h].producer = 0;
    g->values[y].producer = 1;
    return g;
}

static const float x[] = {1, 1, 1, -4, 0, 4};
static const float want[] = {0, 0, 1, 0, 0, 7};

Test(lower, a_graph_runs)
{
    for (int kind = ENGINE_PLAIN; kind <= ENGINE_TIMED; kind++) {
        struct prune_error err = {0};
        struct graph *g = small_graph(&view);
        struct engine *e = NULL;
        int taps[] = {2, 0, 1};
        struct engine_options o = {.kind = (enum engine_kind)kind,
                                   .threads = 1,
                                   .taps = taps,
                                   .n_taps = 3};
        const float *inputs[] = {x};
        cr_assert_eq(engine_can_run(g, &err), 0, "%s", err.text);
        cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
        run_engine(e, inputs);
        expect(e, 0, want, 6);
        for (int i = 0; i < 6; i++) {
            cr_expect_float_eq(engine_tap(e, 0)[i], want[i], 1e-6F);
            cr_expect_float_eq(engine_tap(e, 1)[i], x[i], 0.0F);
        }
        cr_expect_float_eq(engine_tap(e, 2)[1], -2.0F, 0.0F);
        engine_close(e);
        graph_free(g);
    }
}

static void refused(struct graph *g, int code, const char *words)
{
    struct prune_error err = {0};
    struct engine *e = NULL;
    cr_expect_eq(engine_open(&e, g, OPTIONS(ENGINE_FAST), &err), code);
    cr_expect(strstr(err.text, words) != NULL, "%s", err.text);
    cr_expect_null(e);
    cr_expect_eq(engine_can_run(g, NULL), code);
    graph_free(g);
}

Test(lower, what_cannot_be_run_is_named)
{
    refused(small_graph(&never), PRUNE_E_UNSUPPORTED,
            "operator Never (node 'second'): its mode 'sideways'");
    refused(small_graph(&unable), PRUNE_E_UNSUPPORTED,
            "operator Unable (node 'second')");
    refused(small_graph(NULL), PRUNE_E_UNSUPPORTED,
            "operator Strange (node 'second')");
    struct graph *g = small_graph(&view);
    g->values[2].dtype = DTYPE_F16;
    refused(g, PRUNE_E_UNSUPPORTED, "'h' is float16");
    g = small_graph(&view);
    g->values[3].shape = SHAPE(7);
    refused(g, PRUNE_E_INPUT, "node 'second'");
    g = small_graph(&view);
    g->values[2].shape = g->values[0].shape = SHAPE(1 << 20, 1 << 20);
    refused(g, PRUNE_E_INPUT, "memory");
    g = small_graph(&view);
    g->nodes[1].inputs[0] = NO_VALUE;
    refused(g, PRUNE_E_INPUT, "node 'second'");
}

Test(lower, what_has_no_shape_yet_is_left_for_later)
{
    struct prune_error err = {0};
    struct program *p = NULL;
    struct graph *g = small_graph(&view);
    g->values[3].shape = SHAPE_UNKNOWN;
    cr_assert_eq(program_build(&p, g, NULL, 0, &err), 0, "%s", err.text);
    cr_expect_eq(p->n_tail, 1);
    cr_expect_eq(p->tail[0], 1);
    cr_expect_eq(p->n_kept, 1);
    cr_expect_eq(p->kept[0], 2);
    cr_expect_eq(p->outputs[0], -1);
    program_free(p);
    int tap = 3;
    cr_expect_eq(program_build(&p, g, &tap, 1, &err), PRUNE_E_UNSUPPORTED);
    cr_expect(strstr(err.text, "depends on the data") != NULL, "%s",
              err.text);
    graph_free(g);
}

Test(lower, nodes_that_nothing_wants_may_be_strange)
{
    struct prune_error err = {0};
    struct graph *g = small_graph(&view);
    int side = value(g, "side", DTYPE_F32);
    node(g, "third", NULL, 2, -1, side);
    g->values[side].producer = 2;
    cr_expect_eq(engine_can_run(g, &err), 0, "%s", err.text);
    struct engine_options o = {.threads = 1, .taps = &side, .n_taps = 1};
    struct engine *e = NULL;
    cr_expect_eq(engine_open(&e, g, &o, &err), PRUNE_E_UNSUPPORTED);
    int none = 99;
    o.taps = &none;
    err = (struct prune_error){0};
    cr_expect_eq(engine_open(&e, g, &o, &err), PRUNE_E_USAGE);
    graph_free(g);
}

Test(lower, every_allocation_may_fail)
{
    struct graph *g = small_graph(&view);
    int opened = 0;
    for (long n = 0; n < 2000 && !opened; n++) {
        struct prune_error err = {0};
        struct engine *e = NULL;
        mem_fail_after(n);
        int code = engine_open(&e, g, OPTIONS(ENGINE_FAST), &err);
        int failed = mem_failed();
        mem_fail_after(-1);
        opened = code == 0;
        cr_assert(failed != opened, "allocation %ld: %s", n, err.text);
        cr_assert(opened || code == PRUNE_E_MEMORY, "%ld: %s", n, err.text);
        engine_close(e);
    }
    cr_expect(opened);
    graph_free(g);
}
