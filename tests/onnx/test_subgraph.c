#include "build.h"

/* y = x > 0 ? (loop over x that reads w) : w, with all that subgraphs may
 * do: nodes out of order, inputs without a type, an initializer, an output
 * that is an outer value, a subgraph in a subgraph. */
static struct build nested(void)
{
    struct build b = build_model(8, 13);
    const float w[] = {1, 2};
    build_input(&b, b.graph, "x", DTYPE_F32);
    build_input(&b, b.graph, "c", DTYPE_BOOL);
    build_output(&b, b.graph, "y", 0);
    build_initializer(&b, b.graph, "w", DTYPE_F32, 2, w, sizeof w);

    Onnx__GraphProto *body = build_graph(&b);
    build_input(&b, body, "i", 0);
    build_input(&b, body, "go", 0);
    build_input(&b, body, "sum", 0);
    build_output(&b, body, "go", 0);
    build_output(&b, body, "next", 0);
    build_in(&b, body, "Add", "deep sum", "next");
    build_in(&b, body, "Mul", "t w", "deep");

    Onnx__GraphProto *yes = build_graph(&b);
    build_initializer(&b, yes, "k", DTYPE_F32, 2, w, sizeof w);
    build_in(&b, yes, "Add", "x k", "t");
    Onnx__NodeProto *loop = build_in(&b, yes, "Loop", "- c t", "l");
    build_sub(&b, loop, "body", body);
    build_output(&b, yes, "l", DTYPE_F32);

    Onnx__GraphProto *no = build_graph(&b);
    build_output(&b, no, "w", 0);
    Onnx__NodeProto *n = build_in(&b, b.graph, "If", "c", "y");
    build_sub(&b, n, "then_branch", yes);
    build_sub(&b, n, "else_branch", no);
    return b;
}

static const struct value *value(const struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    cr_assert_neq(v, NO_VALUE, "%s", name);
    return &g->values[v];
}

static const struct graph *sub(const struct graph *g, int node,
                               const char *name)
{
    const struct attr *a = node_attr(&g->nodes[node], name);
    cr_assert_not_null(a);
    cr_assert_eq(a->type, ATTR_GRAPH);
    cr_assert_not_null(a->graph);
    return a->graph;
}


static const struct op known = {0};

static const struct op *find_none(const char *domain, const char *type,
                                  int64_t opset)
{
    (void)domain;
    (void)opset;
    return strcmp(type, "Loop") ? NULL : &known;
}

Test(subgraph, is_a_graph_of_its_own)
{
    struct build b = nested();
    struct graph *g = build_read(&b, find_none);
    const struct graph *yes = sub(g, 0, "then_branch");
    cr_assert_eq(yes->opset, 13);
    cr_assert_eq(yes->ir_version, 8);
    cr_assert_eq(yes->n_nodes, 2);
    cr_assert_eq(yes->n_inputs, 0);
    cr_assert_eq(yes->n_outputs, 1);
    cr_assert_eq(yes->nodes[1].op, &known);
    cr_assert_not_null(value(yes, "k")->constant);
    cr_assert_not(value(yes, "k")->is_outer);
    cr_assert_not(value(yes, "t")->is_outer);
    cr_assert(value(yes, "x")->is_outer);
    cr_assert(value(yes, "c")->is_outer);
    graph_free(g);
    build_done(&b);
}

Test(subgraph, may_give_out_what_is_not_its_own)
{
    struct build b = nested();
    struct graph *g = build_read(&b, NULL);
    const struct graph *no = sub(g, 0, "else_branch");
    cr_assert_eq(no->n_nodes, 0);
    cr_assert(no->values[no->outputs[0]].is_outer);
    cr_assert_str_eq(no->values[no->outputs[0]].name, "w");
    graph_free(g);
    build_done(&b);
}

Test(subgraph, nests_and_is_sorted)
{
    struct build b = nested();
    struct graph *g = build_read(&b, NULL);
    const struct graph *yes = sub(g, 0, "then_branch");
    const struct graph *body = sub(yes, 1, "body");
    cr_assert_str_eq(body->nodes[0].type, "Mul");
    cr_assert_eq(body->n_inputs, 3);
    cr_assert_eq(value(body, "i")->dtype, DTYPE_NONE);
    cr_assert_eq(value(body, "i")->shape.rank, -1);
    cr_assert(value(body, "go")->is_input && value(body, "go")->is_output);
    cr_assert(value(body, "t")->is_outer);
    cr_assert(value(body, "w")->is_outer);
    /* What the node in the middle reads on behalf of its subgraph. */
    cr_assert_eq(yes->nodes[1].n_captured, 1);
    cr_assert_str_eq(yes->values[yes->nodes[1].captured[0]].name, "t");
    graph_free(g);
    build_done(&b);
}

/* Clones share subgraphs; they live as long as any. */
Test(subgraph, outlives_its_graph_in_a_clone)
{
    struct build b = nested();
    struct graph *g = build_read(&b, NULL), *h = NULL;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    cr_assert_eq(sub(g, 0, "then_branch"), sub(h, 0, "then_branch"));
    graph_free(g);
    cr_assert_str_eq(sub(h, 0, "then_branch")->nodes[0].type, "Add");
    graph_free(h);
    build_done(&b);
}

Test(subgraph, is_written_as_it_was)
{
    struct build b = nested();
    size_t size, written;
    unsigned char *bytes = build_pack(&b, &size), *again = NULL;
    struct graph *g = build_read(&b, NULL);
    cr_assert_eq(onnx_write_bytes(&again, &written, g, NULL), 0);
    cr_assert_eq(written, size);
    cr_assert_arr_eq(again, bytes, size);
    mem_free(again);
    graph_free(g);
    build_done(&b);
}

Test(subgraph, names_the_node_whose_subgraph_is_bad)
{
    struct build b = nested();
    Onnx__GraphProto *yes = b.graph->node[0]->attribute[0]->g;
    build_in(&b, yes, "Neg", "x", "t");
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(build_try(&b, &g, NULL, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "attribute then_branch"), "%s", e.text);
    cr_assert_not_null(strstr(e.text, "made already"), "%s", e.text);
    build_done(&b);
}

Test(subgraph, survives_want_of_memory)
{
    struct build b = nested();
    size_t size;
    unsigned char *bytes = build_pack(&b, &size);
    int rc = -1;
    for (long i = 0; rc; i++) {
        struct graph *g = NULL;
        mem_fail_after(i);
        rc = onnx_read_bytes(&g, bytes, size, "short", NULL, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY, "%ld: %d", i, rc);
        graph_free(g);
    }
    build_done(&b);
}

Test(subgraph, survives_mutations, .timeout = 120)
{
    struct build b = nested();
    build_mutate(&b, 4000);
    build_done(&b);
}
