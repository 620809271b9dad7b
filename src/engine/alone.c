#include "engine/alone.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/open.h"
#include "graph/convert.h"

/* Larger results of layers with weights are worth a kernel of their own. */
enum { WORTH_A_KERNEL = 4096 };

/* A further reference to the attributes; lists and texts are borrowed from
 * the call's graph, which outlives this one. */
static int copy_attrs(struct node *to, const struct node *from)
{
    for (int i = 0; i < from->n_attrs; i++) {
        to->attrs[i] = from->attrs[i];
        if (to->attrs[i].tensor)
            tensor_ref(to->attrs[i].tensor);
        if (to->attrs[i].graph)
            graph_ref(to->attrs[i].graph);
    }
    return 0;
}

static int is_other_float(enum dtype t)
{
    return dtype_is_float(t) && t != DTYPE_F32;
}

/* The type that results are turned back to: of the first input that had to
 * be turned to float32. */
static enum dtype other_float(const struct host_call *c)
{
    for (int i = 0; i < c->node->n_inputs; i++) {
        const struct tensor *t = host_in(c, i);
        if (t && is_other_float(t->dtype))
            return t->dtype;
    }
    return DTYPE_F32;
}

static int add_input(struct graph *g, const struct host_call *c, int i,
                     struct prune_error *err)
{
    struct datum *d = c->in[i];
    struct tensor *t = NULL;
    int v = NO_VALUE;
    if (!d)
        return 0;
    if (d->kind != DATUM_TENSOR)
        return host_refuse(c, err, "input %d is no tensor", i);
    int rc = is_other_float(d->tensor->dtype)
                 ? convert_tensor(&t, d->tensor, DTYPE_F32, err)
                 : 0;
    if (rc)
        return rc;
    rc = graph_add_constant(g, "in", t ? t : tensor_ref(d->tensor), &v, err);
    g->nodes[0].inputs[i] = v;
    return rc;
}

static int add_output(struct graph *g, const struct host_call *c, int i,
                      struct prune_error *err)
{
    int v;
    if (!host_wants(c, i))
        return 0;
    int rc = graph_add_value(g, i ? "more" : "out", &v, err);
    if (rc)
        return rc;
    g->nodes[0].outputs[i] = v;
    return graph_add_output(g, v, err);
}

static int make_graph(struct graph **out, const struct host_call *c,
                      struct prune_error *err)
{
    struct graph *g = NULL;
    const struct node *n = c->node;
    int at, rc = graph_new(&g, err);
    if (rc)
        return rc;
    g->opset = c->graph->opset;
    g->ir_version = c->graph->ir_version;
    rc = graph_add_node(g, n->type, n->domain, n->name, n->n_inputs,
                        n->n_outputs, n->n_attrs, &at, err);
    if (!rc)
        rc = copy_attrs(&g->nodes[0], n);
    if (!rc) {
        g->nodes[0].op = n->op;
        g->nodes[0].label = n->label;
    }
    for (int i = 0; !rc && i < n->n_inputs; i++)
        rc = add_input(g, c, i, err);
    for (int i = 0; !rc && i < n->n_outputs; i++)
        rc = add_output(g, c, i, err);
    if (!rc)
        rc = graph_sort(g, err);
    if (!rc)
        rc = graph_infer(g, 1, NULL, 0, err);
    if (rc)
        graph_free(g);
    else
        *out = g;
    return rc;
}

/* Hands on result k of the graph as the call's output i. */
static int take_output(struct host_call *c, int i, const struct engine *e,
                       int k, enum dtype back, struct prune_error *err)
{
    const struct datum *d = engine_result(e, k);
    if (!d || d->kind != DATUM_TENSOR)
        return host_refuse(c, err, "its output %d is no tensor", i);
    struct tensor *t = d->tensor, *copy = NULL, *out = NULL;
    enum dtype to = t->dtype == DTYPE_F32 ? back : t->dtype;
    if (to == t->dtype) {
        int rc = host_out(c, i, to, &t->shape, &out, err);
        if (!rc && t->size)
            memcpy(out->data, t->data, t->size);
        return rc;
    }
    int rc = convert_tensor(&copy, t, to, err);
    return rc ? rc : host_set_tensor(c, i, copy, err);
}

static int is_large(const struct graph *g)
{
    const struct value *v = &g->values[g->outputs[0]];
    return shape_numel(&v->shape) >= WORTH_A_KERNEL;
}

int alone_run(struct host_call *c, int fast, struct prune_error *err)
{
    struct graph *g = NULL;
    struct engine *e = NULL;
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    int rc = make_graph(&g, c, err);
    if (rc)
        return rc;
    if (fast && g->n_outputs && c->node->op->traits & (OP_LINEAR | OP_CONV) &&
        is_large(g))
        o.kind = ENGINE_FAST;
    rc = engine_open_lowered(&e, g, &o, err);
    /* What is not lowered would come back to here for ever. */
    if (!rc && !engine_is_lowered(e))
        rc = host_refuse(c, err, "it cannot be computed for such types and "
                                 "shapes");
    if (!rc)
        rc = engine_run(e, NULL, err);
    for (int i = 0, k = 0; !rc && i < c->node->n_outputs; i++)
        if (host_wants(c, i))
            rc = take_output(c, i, e, k++, other_float(c), err);
    engine_close(e);
    graph_free(g);
    return rc;
}

/* A kernel that refuses has left nothing behind. */
int alone_or_host(struct host_call *c, int fast, struct prune_error *err)
{
    const struct op *op = c->node->op;
    struct prune_error refused = {0};
    int rc = op->host ? host_run(c, &refused) : PRUNE_E_UNSUPPORTED;
    if (rc == PRUNE_E_UNSUPPORTED && op->lower) {
        struct prune_error alone = {0};
        rc = alone_run(c, fast, &alone);
        if (!op->host || rc != PRUNE_E_UNSUPPORTED)
            refused = alone;
    }
    return rc ? err_set(err, rc, "%s", refused.text) : 0;
}
