#include "engine/prepare.h"

#include "engine/interp.h"

/* A constant that is larger than this, and larger than all it is made of,
 * is made anew in every run: it would only take memory. */
enum { LARGE = 1 << 24 };

/* Bytes of the inputs; -1 when one of them is not constant. */
static int64_t constant_inputs(const struct graph *g, const struct node *n)
{
    int64_t size = 0;
    for (int i = 0; i < n->n_inputs; i++) {
        if (n->inputs[i] < 0)
            continue;
        const struct tensor *t = value_constant(g, n->inputs[i]);
        if (!t)
            return -1;
        size += (int64_t)t->size;
    }
    return size;
}

static int64_t output_size(const struct graph *g, const struct node *n)
{
    int64_t size = 0;
    for (int i = 0; i < n->n_outputs; i++) {
        const struct value *v = node_out(g, n, i);
        if (v && shape_known(&v->shape))
            size += shape_numel(&v->shape) * (int64_t)dtype_size(v->dtype);
    }
    return size;
}

static int can_fold(const struct graph *g, const struct node *n)
{
    int64_t from = constant_inputs(g, n), to = output_size(g, n);
    return from >= 0 && (to <= from || to <= LARGE) && !node_is_known(g, n) &&
           !node_has_subgraph(n) && n->op && !(n->op->traits & OP_RANDOM) &&
           (n->op->host || n->op->lower);
}

/* Moves what was computed from the scope into the graph. */
static int set_constants(struct graph *g, struct scope *s,
                         const struct node *n)
{
    for (int i = 0; i < n->n_outputs; i++) {
        struct value *v = node_out(g, n, i);
        struct datum *d = v ? s->at[n->outputs[i]] : NULL;
        if (!d || d->kind != DATUM_TENSOR || v->constant)
            continue;
        v->constant = tensor_ref(d->tensor);
        v->dtype = d->tensor->dtype;
        v->shape = d->tensor->shape;
    }
    return 0;
}

/* What cannot be computed here is no error before it is run. */
static int fold(struct graph *g, struct scope *s, int node,
                struct prune_error *err)
{
    struct prune_error ignored = {0};
    int rc = interp_node(s, node, &ignored);
    if (rc == PRUNE_E_MEMORY)
        return err_memory(err, "constants");
    return rc ? 0 : set_constants(g, s, &g->nodes[node]);
}

int prepare_graph(struct graph **out, const struct graph *g,
                  struct prune_error *err)
{
    struct graph *made = NULL;
    struct scope s = {0};
    int rc = graph_clone(&made, g, err);
    if (!rc)
        rc = scope_open(&s, made, NULL, err);
    for (int i = 0; !rc && i < made->n_nodes; i++)
        if (can_fold(made, &made->nodes[i]))
            rc = fold(made, &s, i, err);
    scope_close(&s);
    if (rc)
        graph_free(made);
    else
        *out = made;
    return rc;
}
