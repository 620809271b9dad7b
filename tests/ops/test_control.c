#include "host.h"

/* covers: ops/if ops/loop ops/scan ops/sequence_map
 *
 * Subgraphs are stood in for by functions of this file: what is tested is
 * what the operators make of their runs. */

typedef void body_f(struct datum *const *in, struct datum **out);

struct stub {
    body_f *then_, *else_, *body;
    const struct graph *then_graph;
    int runs;
};

static int run_stub(void *runner, const struct graph *sub,
                    struct datum *const *in, int n_in, struct datum **out,
                    int n_out, struct prune_error *err)
{
    struct stub *s = runner;
    (void)err;
    cr_assert_eq(n_in, sub->n_inputs);
    cr_assert_eq(n_out, sub->n_outputs);
    s->runs++;
    if (sub == s->then_graph)
        s->then_(in, out);
    else if (s->else_)
        s->else_(in, out);
    else
        s->body(in, out);
    return 0;
}

/* A subgraph of so many float inputs and outputs; an output that is never
 * computed would be [2, ?]. */
static const struct graph *add_graph(struct host_test *t, const char *name,
                                     int n_in, int n_out)
{
    struct graph *sub;
    int v;
    cr_assert_eq(graph_new(&sub, NULL), 0);
    for (int i = 0; i < n_in + n_out; i++) {
        cr_assert_eq(graph_add_value(sub, "v", &v, NULL), 0);
        sub->values[v].dtype = DTYPE_F32;
        sub->values[v].shape = SHAPE_UNKNOWN;
        sub->values[v].declared = (struct shape){.rank = 2,
                                                 .dims = {2, -1}};
        cr_assert_eq(i < n_in ? graph_add_input(sub, v, NULL)
                              : graph_add_output(sub, v, NULL), 0);
    }
    host_attr(t, name, ATTR_GRAPH)->graph = sub;
    return sub;
}

static int try_stub(struct host_test *t, struct stub *s)
{
    struct host_call c = {.graph = t->g, .node = &t->g->nodes[0],
                          .in = t->in, .out = t->out, .run = run_stub,
                          .runner = s};
    for (int i = 0; i < HOST_TEST_MAX; i++) {
        datum_unref(t->out[i]);
        t->out[i] = NULL;
    }
    return host_run(&c, &t->err);
}

static void give(struct datum **out, enum dtype dtype, const char *shape,
                 const void *data)
{
    struct tensor *x = host_tensor(dtype, shape, data);
    cr_assert_eq(datum_tensor(out, x, NULL), 0);
}

static float first(const struct datum *d)
{
    return tensor_f32(d->tensor)[0];
}

/* --- If ---------------------------------------------------------------- */

static void gives_one(struct datum *const *in, struct datum **out)
{
    (void)in;
    give(&out[0], DTYPE_F32, "1", (float[]){1});
}

static void gives_two(struct datum *const *in, struct datum **out)
{
    (void)in;
    give(&out[0], DTYPE_F32, "2", (float[]){2, 2});
}

Test(control, branches)
{
    struct host_test t = host_begin("If", "", 13, 1, 1);
    struct stub s = {.then_ = gives_one, .else_ = gives_two};
    s.then_graph = add_graph(&t, "then_branch", 0, 1);
    add_graph(&t, "else_branch", 0, 1);
    host_give(&t, 0, DTYPE_BOOL, "1", (unsigned char[]){1});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "1", (float[]){1});
    host_give(&t, 0, DTYPE_BOOL, "", (unsigned char[]){0});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "2", (float[]){2, 2});
    host_give(&t, 0, DTYPE_BOOL, "2", (unsigned char[]){0, 1});
    cr_assert_eq(try_stub(&t, &s), PRUNE_E_INPUT);
    host_end(&t);
}

Test(control, nobody_to_run_subgraphs)
{
    struct host_test t = host_begin("If", "", 13, 1, 1);
    add_graph(&t, "then_branch", 0, 1);
    host_give(&t, 0, DTYPE_BOOL, "1", (unsigned char[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_give(&t, 0, DTYPE_BOOL, "1", (unsigned char[]){0});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED); /* no such branch */
    host_end(&t);
}

/* --- Loop -------------------------------------------------------------- */

/* in: count, condition, x; out: x < 3, x + 1, [x, count] */
static void counts(struct datum *const *in, struct datum **out)
{
    float x = first(in[2]), more = x + 1.0F;
    int64_t i = tensor_int(in[0]->tensor, 0);
    unsigned char go_on = x < 3.0F;
    give(&out[0], DTYPE_BOOL, "", &go_on);
    give(&out[1], DTYPE_F32, "", &more);
    give(&out[2], DTYPE_F32, "2", (float[]){x, (float)i});
}

static struct host_test loop(float x)
{
    struct host_test t = host_begin("Loop", "", 13, 3, 2);
    host_f32(&t, 2, "", &x);
    add_graph(&t, "body", 3, 3);
    return t;
}

Test(control, loop_ends_by_its_condition)
{
    struct stub s = {.body = counts};
    struct host_test t = loop(1);
    cr_assert_eq(try_stub(&t, &s), 0); /* neither count nor condition */
    host_gives_f32(&t, 0, "", (float[]){4});
    host_gives_f32(&t, 1, "3x2", (float[]){1, 0, 2, 1, 3, 2});
    host_end(&t);
}

Test(control, loop_ends_by_its_count)
{
    struct stub s = {.body = counts};
    struct host_test t = loop(-9);
    host_i64(&t, 0, "", (int64_t[]){2});
    host_give(&t, 1, DTYPE_BOOL, "1", (unsigned char[]){1});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "", (float[]){-7});
    host_gives_f32(&t, 1, "2x2", (float[]){-9, 0, -8, 1});
    host_end(&t);
}

Test(control, loop_that_never_runs)
{
    struct stub s = {.body = counts};
    struct host_test t = loop(5);
    host_i64(&t, 0, "", (int64_t[]){0});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "", (float[]){5});
    host_gives_f32(&t, 1, "0x2x0", NULL);
    host_i64(&t, 0, "", (int64_t[]){5});
    host_give(&t, 1, DTYPE_BOOL, "1", (unsigned char[]){0});
    cr_assert_eq(try_stub(&t, &s), 0);
    cr_assert_eq(s.runs, 0);
    host_end(&t);
}

/* The second run gives another shape than the first. */
static void grows(struct datum *const *in, struct datum **out)
{
    int64_t i = tensor_int(in[0]->tensor, 0);
    counts(in, out);
    if (i == 0)
        return;
    datum_unref(out[2]);
    give(&out[2], DTYPE_F32, "1", (float[]){0});
}

Test(control, loop_whose_outputs_do_not_stack)
{
    struct stub s = {.body = grows};
    struct host_test t = loop(1);
    cr_assert_eq(try_stub(&t, &s), PRUNE_E_INPUT);
    cr_assert_null(t.out[0]);
    host_end(&t);
}

Test(control, loop_without_memory)
{
    int e = PRUNE_E_MEMORY;
    for (int i = 0; e == PRUNE_E_MEMORY; i++) {
        /* The stub takes memory that must be there. */
        struct stub s = {.body = counts};
        struct host_test t = loop(5);
        host_i64(&t, 0, "", (int64_t[]){0});
        mem_fail_after(i);
        e = try_stub(&t, &s);
        mem_fail_after(-1);
        host_end(&t);
    }
    cr_assert_eq(e, 0);
}

/* --- Scan -------------------------------------------------------------- */

/* in: sum, x; out: sum + x, 10 x */
static void sums(struct datum *const *in, struct datum **out)
{
    struct shape s = in[1]->tensor->shape;
    char text[96];
    float y[8], x[8];
    for (int64_t i = 0; i < tensor_numel(in[1]->tensor); i++) {
        x[i] = 10.0F * tensor_f32(in[1]->tensor)[i];
        y[i] = tensor_f32(in[0]->tensor)[i] +
               tensor_f32(in[1]->tensor)[i];
    }
    give(&out[0], DTYPE_F32, shape_text(&s, text), y);
    give(&out[1], DTYPE_F32, shape_text(&s, text), x);
}

static struct host_test scan(int64_t opset, int n_in)
{
    struct host_test t = host_begin("Scan", "", opset, n_in, 2);
    host_int(&t, "num_scan_inputs", 1);
    add_graph(&t, "body", 2, 2);
    return t;
}

Test(control, scan)
{
    struct stub s = {.body = sums};
    struct host_test t = scan(11, 2);
    host_f32(&t, 0, "2", (float[]){100, 200});
    host_f32(&t, 1, "3x2", (float[]){1, 2, 3, 4, 5, 6});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "2", (float[]){109, 212});
    host_gives_f32(&t, 1, "3x2", (float[]){10, 20, 30, 40, 50, 60});
    host_f32(&t, 1, "0x2", NULL);
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "2", (float[]){100, 200});
    host_gives_f32(&t, 1, "0x2x0", NULL);
    host_end(&t);
}

Test(control, scan_axes_and_directions)
{
    const int64_t one = 1, last = -1;
    struct stub s = {.body = sums};
    struct host_test t = scan(11, 2);
    host_ints(&t, "scan_input_axes", &one, 1);
    host_ints(&t, "scan_output_axes", &last, 1);
    host_ints(&t, "scan_input_directions", &one, 1);
    host_f32(&t, 0, "2", (float[]){0, 0});
    host_f32(&t, 1, "2x3", (float[]){1, 2, 3, 4, 5, 6});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "2", (float[]){6, 15});
    host_gives_f32(&t, 1, "2x3", (float[]){30, 20, 10, 60, 50, 40});
    host_ints(&t, "scan_output_directions", &one, 1);
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 1, "2x3", (float[]){10, 20, 30, 40, 50, 60});
    host_end(&t);
}

Test(control, scan_of_batches)
{
    struct stub s = {.body = sums};
    struct host_test t = scan(8, 3);
    host_f32(&t, 1, "2x1", (float[]){0, 100});
    host_f32(&t, 2, "2x3x1", (float[]){1, 2, 3, 4, 5, 6});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "2x1", (float[]){6, 115});
    host_gives_f32(&t, 1, "2x3x1", (float[]){10, 20, 30, 40, 50, 60});
    host_i64(&t, 0, "2", (int64_t[]){3, 1});
    cr_assert_eq(try_stub(&t, &s), 0);
    host_gives_f32(&t, 0, "2x1", (float[]){6, 104});
    host_gives_f32(&t, 1, "2x3x1", (float[]){10, 20, 30, 40, 0, 0});
    host_i64(&t, 0, "2", (int64_t[]){4, 1});
    cr_assert_eq(try_stub(&t, &s), PRUNE_E_INPUT);
    host_end(&t);
}

Test(control, scan_of_what_does_not_fit)
{
    const int64_t five = 5;
    struct stub s = {.body = sums};
    struct host_test t = scan(11, 2);
    host_f32(&t, 0, "2", (float[]){0, 0});
    host_f32(&t, 1, "", (float[]){1});
    cr_assert_eq(try_stub(&t, &s), PRUNE_E_INPUT);
    host_f32(&t, 1, "2x1", (float[]){1, 2});
    host_ints(&t, "scan_output_axes", &five, 1);
    cr_assert_eq(try_stub(&t, &s), PRUNE_E_INPUT);
    host_end(&t);
}

/* --- SequenceMap ------------------------------------------------------- */

static void adds(struct datum *const *in, struct datum **out)
{
    float sum = first(in[0]) + first(in[1]);
    give(&out[0], DTYPE_F32, "", &sum);
}

Test(control, sequence_map)
{
    struct stub s = {.body = adds};
    struct host_test t = host_begin("SequenceMap", "", 17, 2, 1);
    struct datum *items[2];
    add_graph(&t, "body", 2, 1);
    give(&items[0], DTYPE_F32, "", (float[]){1});
    give(&items[1], DTYPE_F32, "", (float[]){2});
    cr_assert_eq(datum_sequence(&t.in[0], items, 2, NULL), 0);
    host_f32(&t, 1, "", (float[]){10});
    cr_assert_eq(try_stub(&t, &s), 0);
    cr_assert_eq(t.out[0]->n, 2);
    cr_assert_eq(first(t.out[0]->items[1]), 12);
    datum_unref(t.in[1]);
    cr_assert_eq(datum_sequence(&t.in[1], items, 1, NULL), 0);
    cr_assert_eq(try_stub(&t, &s), PRUNE_E_INPUT); /* one is shorter */
    datum_unref(items[0]);
    datum_unref(items[1]);
    host_end(&t);
}
