#include "graph/costs.h"

#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"

/* Samples in one run of the graph as inferred: its first input's first
 * size. */
static int64_t batch_of(const struct graph *g)
{
    if (!g->n_inputs)
        return 1;
    const struct shape *s = &g->values[g->inputs[0]].shape;
    return s->rank > 0 && s->dims[0] > 1 ? s->dims[0] : 1;
}

static struct cost cost_of(const struct graph *g, const struct node *n)
{
    struct cost c = {0};
    if (n->op && n->op->cost)
        n->op->cost(g, n, &c);
    return c;
}

/* Counts input i of a node, whose constant stands at value `home`. */
static void count(struct node_cost *out, const struct graph *g, int home,
                  int weight)
{
    const struct tensor *t = g->values[home].constant;
    if (!t || !dtype_is_float(t->dtype))
        return;
    int64_t n = tensor_numel(t), nonzeros = tensor_nonzeros(t);
    out->parameters += n;
    out->nonzeros += nonzeros;
    if (weight) {
        out->prunable += n;
        out->prunable_nonzeros += nonzeros;
    }
}

static void add(struct node_cost *total, const struct node_cost *c)
{
    total->parameters += c->parameters;
    total->nonzeros += c->nonzeros;
    total->prunable += c->prunable;
    total->prunable_nonzeros += c->prunable_nonzeros;
    total->macs += c->macs;
}

/* Where input i's constant stands if it is learned and not yet seen. */
static int fresh_home(const struct graph *g, const struct node *n, int i,
                      unsigned mask, unsigned char *seen)
{
    if (i >= 32 || !(mask >> i & 1) || n->inputs[i] < 0)
        return NO_VALUE;
    int home = value_constant_home(g, n->inputs[i]);
    if (home < 0 || seen[home])
        return NO_VALUE;
    seen[home] = 1;
    return home;
}

int graph_costs(struct graph_costs *out, const struct graph *g,
                struct prune_error *err)
{
    struct graph_costs c = {.n_nodes = g->n_nodes};
    c.nodes = mem_calloc((size_t)g->n_nodes, sizeof *c.nodes);
    unsigned char *seen = mem_calloc((size_t)g->n_values, 1);
    if (!c.nodes || !seen) {
        mem_free(c.nodes);
        mem_free(seen);
        return err_memory(err, "the costs of a network");
    }
    int64_t batch = batch_of(g);
    for (int k = 0; k < g->n_nodes; k++) {
        const struct node *n = &g->nodes[k];
        struct cost cost = cost_of(g, n);
        c.nodes[k].macs = cost.macs / batch;
        for (int i = 0; i < n->n_inputs; i++) {
            int home = fresh_home(g, n, i, cost.learned | cost.weights, seen);
            if (home >= 0)
                count(&c.nodes[k], g, home, (int)(cost.weights >> i & 1));
        }
        add(&c.total, &c.nodes[k]);
    }
    mem_free(seen);
    *out = c;
    return 0;
}

void graph_costs_done(struct graph_costs *c)
{
    mem_free(c->nodes);
    memset(c, 0, sizeof *c);
}

int64_t cost_prunable(const struct graph *g, struct prune_error *err)
{
    struct graph_costs c;
    int rc = graph_costs(&c, g, err);
    if (rc)
        return rc;
    int64_t n = c.total.prunable;
    graph_costs_done(&c);
    return n;
}

int cost_weights(struct weight_site **out, int *n, const struct graph *g,
                 struct prune_error *err)
{
    struct weight_site *sites = NULL;
    int count_ = 0, rc = 0;
    unsigned char *seen = mem_calloc((size_t)g->n_values, 1);
    if (!seen)
        return err_memory(err, "the list of weights");
    for (int k = 0; k < g->n_nodes && !rc; k++) {
        const struct node *node = &g->nodes[k];
        struct cost cost = cost_of(g, node);
        for (int i = 0; i < node->n_inputs && !rc; i++) {
            int home = fresh_home(g, node, i, cost.weights, seen);
            if (home < 0 || !g->values[home].constant ||
                g->values[home].constant->dtype != DTYPE_F32)
                continue;
            void *grown =
                mem_array(sites, (size_t)count_ + 1, sizeof *sites);
            if (!grown) {
                rc = err_memory(err, "the list of weights");
                continue;
            }
            sites = grown;
            sites[count_++] = (struct weight_site){home, k};
        }
    }
    mem_free(seen);
    if (rc) {
        mem_free(sites);
        return rc;
    }
    *out = sites;
    *n = count_;
    return 0;
}
