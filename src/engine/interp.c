#include "engine/interp.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/alone.h"

/* --- scopes ------------------------------------------------------------ */

int scope_open(struct scope *out, const struct graph *g,
               const struct scope *outer, struct prune_error *err)
{
    struct scope s = {.graph = g, .outer = outer,
                      .fast = outer && outer->fast};
    s.at = mem_calloc((size_t)g->n_values, sizeof(struct datum *));
    if (!s.at)
        return err_memory(err, "values");
    *out = s;
    return 0;
}

void scope_clear(struct scope *s)
{
    for (int i = 0; s->at && i < s->graph->n_values; i++) {
        datum_unref(s->at[i]);
        s->at[i] = NULL;
    }
}

void scope_close(struct scope *s)
{
    scope_clear(s);
    mem_free(s->at);
    *s = (struct scope){0};
}

/* A value of the graphs around, the innermost first. What they hold has
 * been computed before the subgraph is run. */
static int get_outer(const struct scope *s, const char *name,
                     struct datum **out, struct prune_error *err)
{
    for (; s; s = s->outer) {
        int v = graph_find_value(s->graph, name);
        if (v == NO_VALUE || s->graph->values[v].is_outer)
            continue;
        const struct tensor *t = value_constant(s->graph, v);
        if (s->at[v]) {
            *out = datum_ref(s->at[v]);
            return 0;
        }
        return t ? datum_tensor(out, tensor_ref((struct tensor *)t), err) : 0;
    }
    return 0;
}

int scope_get(struct scope *s, int value, struct datum **out,
              struct prune_error *err)
{
    const struct value *v = &s->graph->values[value];
    int rc = 0;
    if (!s->at[value] && v->is_outer) {
        rc = get_outer(s->outer, v->name, &s->at[value], err);
    } else if (!s->at[value]) {
        struct tensor *t = value_constant(s->graph, value);
        rc = t ? datum_tensor(&s->at[value], tensor_ref(t), err) : 0;
    }
    *out = s->at[value];
    return rc;
}

/* --- one node ---------------------------------------------------------- */

static int run_subgraph(void *runner, const struct graph *sub,
                        struct datum *const *in, int n_in, struct datum **out,
                        int n_out, struct prune_error *err)
{
    return interp_graph(sub, runner, in, n_in, out, n_out, err);
}

static int get_inputs(struct scope *s, const struct node *n,
                      struct datum **in, struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < n->n_inputs; i++) {
        in[i] = NULL;
        if (n->inputs[i] < 0)
            continue;
        rc = scope_get(s, n->inputs[i], &in[i], err);
        if (!rc && !in[i])
            rc = err_set(err, PRUNE_E_INPUT, "'%s' is not there",
                         s->graph->values[n->inputs[i]].name);
    }
    return rc;
}

static int can_compute(const struct node *n, struct prune_error *err)
{
    if (n->op && (n->op->host || n->op->lower))
        return 0;
    return err_set(err, PRUNE_E_UNSUPPORTED,
                   "operator %s (node '%s'): this operator %s", n->type,
                   n->label, n->op ? "cannot be run" : "is not known");
}

/* A subgraph's nodes are looked at when their turn comes, not once more for
 * each round of a loop. */
static int compute(struct scope *s, struct host_call *c,
                   struct prune_error *err)
{
    int rc = can_compute(c->node, err);
    return rc ? rc : alone_or_host(c, s->fast, err);
}

static void keep_outputs(struct scope *s, const struct node *n,
                         struct datum **out)
{
    for (int i = 0; i < n->n_outputs; i++) {
        if (n->outputs[i] < 0) {
            datum_unref(out[i]);
            continue;
        }
        datum_unref(s->at[n->outputs[i]]);
        s->at[n->outputs[i]] = out[i];
    }
}

int interp_node(struct scope *s, int node, struct prune_error *err)
{
    const struct node *n = &s->graph->nodes[node];
    struct datum **in = mem_calloc((size_t)n->n_inputs, sizeof *in);
    struct datum **out = mem_calloc((size_t)n->n_outputs, sizeof *out);
    struct host_call c = {.graph = s->graph, .node = n, .in = in, .out = out,
                          .run = run_subgraph, .runner = s};
    int rc = in && out ? get_inputs(s, n, in, err)
                       : err_memory(err, "a node's values");
    if (!rc)
        rc = compute(s, &c, err);
    if (rc)
        err_prefix(err, "node %s", n->label);
    for (int i = 0; rc && out && i < n->n_outputs; i++)
        datum_unref(out[i]);
    if (!rc)
        keep_outputs(s, n, out);
    mem_free(in);
    mem_free(out);
    return rc;
}

/* --- whole graphs ------------------------------------------------------ */

/* For each value the last node that reads it, or -1; graph outputs, and all
 * values when a subgraph may read them by name, are kept for ever. */
static int *last_reads(const struct graph *g)
{
    int *last = mem_calloc((size_t)g->n_values, sizeof *last), keep = 0;
    for (int i = 0; last && i < g->n_values; i++)
        last[i] = -1;
    for (int i = 0; last && i < g->n_nodes; i++) {
        keep |= node_has_subgraph(&g->nodes[i]);
        for (int k = 0; k < g->nodes[i].n_inputs; k++)
            if (g->nodes[i].inputs[k] >= 0)
                last[g->nodes[i].inputs[k]] = i;
    }
    for (int i = 0; last && i < g->n_values; i++)
        if (keep || g->values[i].is_output)
            last[i] = g->n_nodes;
    return last;
}

static void drop_read(struct scope *s, const struct node *n, int at,
                      const int *last)
{
    for (int k = 0; k < n->n_inputs; k++) {
        int v = n->inputs[k];
        if (v >= 0 && last[v] == at) {
            datum_unref(s->at[v]);
            s->at[v] = NULL;
        }
    }
}

static int set_inputs(struct scope *s, struct datum *const *inputs, int n,
                      struct prune_error *err)
{
    if (n > s->graph->n_inputs)
        return err_set(err, PRUNE_E_INPUT,
                       "a graph of %d inputs is given %d", s->graph->n_inputs,
                       n);
    for (int i = 0; i < n; i++)
        if (inputs[i])
            s->at[s->graph->inputs[i]] = datum_ref(inputs[i]);
    return 0;
}

static int get_outputs(struct scope *s, struct datum **outputs, int n,
                       struct prune_error *err)
{
    int rc = 0;
    if (n > s->graph->n_outputs)
        rc = err_set(err, PRUNE_E_INPUT,
                     "a graph of %d outputs is asked for %d",
                     s->graph->n_outputs, n);
    for (int i = 0; !rc && i < n; i++) {
        struct datum *d = NULL;
        rc = scope_get(s, s->graph->outputs[i], &d, err);
        if (!rc && !d)
            rc = err_set(err, PRUNE_E_INPUT, "its output '%s' is not there",
                         s->graph->values[s->graph->outputs[i]].name);
        outputs[i] = rc ? NULL : datum_ref(d);
    }
    for (int i = 0; rc && i < n && i < s->graph->n_outputs; i++) {
        datum_unref(outputs[i]);
        outputs[i] = NULL;
    }
    return rc;
}

int interp_graph(const struct graph *g, const struct scope *outer,
                 struct datum *const *inputs, int n_inputs,
                 struct datum **outputs, int n_outputs,
                 struct prune_error *err)
{
    struct scope s = {0};
    int rc = scope_open(&s, g, outer, err);
    if (rc)
        return rc;
    int *last = last_reads(g);
    memset(outputs, 0, (size_t)n_outputs * sizeof(struct datum *));
    rc = last ? set_inputs(&s, inputs, n_inputs, err)
              : err_memory(err, "values");
    for (int i = 0; !rc && i < g->n_nodes; i++) {
        rc = node_is_known(g, &g->nodes[i]) ? 0 : interp_node(&s, i, err);
        drop_read(&s, &g->nodes[i], i, last);
    }
    if (!rc)
        rc = get_outputs(&s, outputs, n_outputs, err);
    mem_free(last);
    scope_close(&s);
    return rc;
}

/* Subgraphs nest as deep as the reader lets them. */
int interp_can_run(const struct node *n, struct prune_error *err)
{
    int rc = can_compute(n, err);
    for (int i = 0; !rc && i < n->n_attrs; i++) {
        const struct graph *g = n->attrs[i].graph;
        if (n->attrs[i].type == ATTR_GRAPH && !g)
            return err_set(err, PRUNE_E_UNSUPPORTED,
                           "operator %s (node '%s'): its subgraph '%s' was "
                           "not understood", n->type, n->label,
                           n->attrs[i].name);
        for (int k = 0; !rc && g && k < g->n_nodes; k++)
            rc = interp_can_run(&g->nodes[k], err);
    }
    return rc;
}
