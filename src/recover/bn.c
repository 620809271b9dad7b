/* Batch-norm recalibration: the running mean and variance of every
 * BatchNormalization, measured anew on what the pruned network feeds it.
 * Each depends on those before it, so that there is a pass over the beginning
 * of the network for each, in order, on as many samples as a budget of work
 * allows. (One pass for all at once would measure what the statistics before
 * it no longer make.) */
#include "recover/recover.h"

#include <math.h>

#include "base/alloc.h"
#include "graph/op.h"
#include "prune/constant.h"
#include "recover/moments.h"

enum { INPUT_MEAN = 3, INPUT_VAR = 4 };

static int is_norm(const struct graph *g, const struct node *n)
{
    return n->op && n->op->traits & OP_NORM && n->n_inputs > INPUT_VAR &&
           constant_input(g, n, INPUT_MEAN) &&
           constant_input(g, n, INPUT_VAR) &&
           !node_int(n, "training_mode", 0);
}

/* Nodes of the normalisations in order, and what each reads. */
static int find_norms(int **nodes_out, struct channels **list_out, int *n_out,
                      const struct graph *g, struct prune_error *err)
{
    int n = 0, *nodes = mem_calloc((size_t)g->n_nodes, sizeof *nodes);
    struct channels *list = mem_calloc((size_t)g->n_nodes, sizeof *list);
    if (!nodes || !list) {
        mem_free(nodes);
        mem_free(list);
        return err_memory(err, "the list of normalisations");
    }
    for (int i = 0; i < g->n_nodes; i++)
        if (is_norm(g, &g->nodes[i])) {
            nodes[n] = i;
            list[n++] = (struct channels){.value = g->nodes[i].inputs[0],
                                          .axis = 1};
        }
    *nodes_out = nodes;
    *list_out = list;
    *n_out = n;
    return 0;
}

/* A variance never falls below a ten-thousandth of what it was: a channel
 * that has become constant must not blow up what is left of noise. */
static float new_variance(const struct moments *m, float old)
{
    return fmaxf((float)moments_var(m), 1e-4f * old);
}

static int set_statistics(struct graph *g, int node, const struct channels *c,
                          struct prune_error *err)
{
    const struct tensor *old = constant_input(g, &g->nodes[node], INPUT_VAR);
    struct tensor *mean, *var;
    if (tensor_numel(old) != c->n)
        return err_set(err, PRUNE_E_FAILED,
                       "%s: %lld statistics for %lld channels",
                       g->nodes[node].label, (long long)tensor_numel(old),
                       (long long)c->n);
    if (!(mean = constant_vector(c->n, err)))
        return PRUNE_E_MEMORY;
    if (!(var = constant_vector(c->n, err))) {
        tensor_unref(mean);
        return PRUNE_E_MEMORY;
    }
    for (int64_t i = 0; i < c->n; i++) {
        tensor_f32(mean)[i] = (float)c->m[i].mean;
        tensor_f32(var)[i] = new_variance(&c->m[i], tensor_f32(old)[i]);
    }
    int rc = constant_replace(g, node, INPUT_MEAN, mean, err);
    if (rc) {
        tensor_unref(var);
        return rc;
    }
    return constant_replace(g, node, INPUT_VAR, var, err);
}

static int run(struct recovery *r, int *changed, struct prune_error *err)
{
    struct channels *list = NULL;
    int *nodes = NULL, n = 0;
    int64_t samples = 0;
    int rc = find_norms(&nodes, &list, &n, r->graph, err);
    if (rc)
        return rc;
    *changed = n > 0;
    if (n)
        rc = moments_samples(&samples, list, n, r->graph, r->settings,
                             r->part, 6, err);
    for (int i = 0; i < n && !rc; i++) {
        rc = moments_collect(&list[i], 1, r->graph, r->settings, r->part,
                             samples, r->progress, "calibrate", err);
        if (!rc)
            rc = set_statistics(r->graph, nodes[i], &list[i], err);
    }
    if (!rc && n)
        rc = graph_sweep(r->graph, err);
    channels_free(list, n);
    mem_free(nodes);
    return rc;
}

const struct recovery_step recovery_bn = {
    .name = "bn",
    .title = "Batch-norm recalibration",
    .summary = "running mean and variance measured anew on training samples",
    .run = run,
};
