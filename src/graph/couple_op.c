#include <stdio.h>
#include <string.h>

#include "graph/couple_parts.h"
#include "graph/op.h"

/* Coupling that many operators share, and the walk over all of them. */

static int is_float(const struct value *v)
{
    return dtype_is_float(v->dtype) || v->dtype == DTYPE_NONE;
}

/* Masking sets constants to zero; these may not be: x / 0, and x^0 is 1. */
static enum role broadcast_role(const struct node *n, int input)
{
    int spared = input == 1 && (!strcmp(n->type, "Div") ||
                                !strcmp(n->type, "Pow"));
    return spared ? (enum role)(ROLE_SIDE | ROLE_VARIANCE) : ROLE_SIDE;
}

static int broadcast_input(struct coupling *c, const struct graph *g,
                           const struct node *n, int input,
                           struct prune_error *err)
{
    const struct value *in = node_in(g, n, input), *out = node_out(g, n, 0);
    int rc = 0, lift = out->shape.rank - in->shape.rank;
    for (int a = 0; !rc && a < in->shape.rank; a++) {
        if (in->shape.dims[a] != out->shape.dims[a + lift])
            continue;
        rc = couple_same(c, n->inputs[input], a, n->outputs[0], a + lift,
                         err);
        if (!rc)
            rc = couple_role(c, n, n->inputs[input], a,
                             broadcast_role(n, input), err);
    }
    return rc;
}

int couple_broadcast(struct coupling *c, const struct graph *g,
                     const struct node *n, struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < n->n_inputs; i++) {
        const struct value *v = node_in(g, n, i);
        if (v && is_float(v) && node_out(g, n, 0))
            rc = broadcast_input(c, g, n, i, err);
    }
    return rc;
}

int couple_through(struct coupling *c, const struct graph *g,
                   const struct node *n, struct prune_error *err)
{
    const struct value *in = node_in(g, n, 0), *out = node_out(g, n, 0);
    int rc = 0;
    if (!in || !out)
        return 0;
    if (!shape_equal(&in->shape, &out->shape))
        return err_set(err, PRUNE_E_FAILED,
                       "node %s was to keep its input's shape", n->label);
    for (int a = 0; !rc && a < in->shape.rank; a++)
        rc = couple_same(c, n->inputs[0], a, n->outputs[0], a, err);
    return rc;
}

/* --- the walk ---------------------------------------------------------- */

static int freeze_node(struct coupling *c, const struct graph *g,
                       const struct node *n, const char *reason,
                       struct prune_error *err)
{
    int rc = 0;
    (void)g;
    for (int i = 0; !rc && i < n->n_inputs; i++)
        rc = couple_freeze_all(c, n->inputs[i], n, reason, err);
    for (int i = 0; !rc && i < n->n_outputs; i++)
        rc = couple_freeze_all(c, n->outputs[i], n, reason, err);
    return rc;
}

int coupling_shapes_known(const struct graph *g, const struct node *n)
{
    for (int i = 0; i < n->n_inputs; i++)
        if (node_in(g, n, i) && node_in(g, n, i)->shape.rank < 0)
            return 0;
    for (int i = 0; i < n->n_outputs; i++)
        if (node_out(g, n, i) && node_out(g, n, i)->shape.rank < 0)
            return 0;
    return 1;
}

static int couple_node(struct coupling *c, const struct graph *g,
                       const struct node *n, struct prune_error *err)
{
    const struct value *out = node_out(g, n, 0);
    int rc = 0;
    for (int i = 0; !rc && i < n->n_captured; i++)
        rc = couple_freeze_all(c, n->captured[i], n, "read by a subgraph",
                               err);
    if (rc || (n->n_inputs == 0 && out && out->constant))
        return rc;
    if (!n->op || !n->op->couple) {
        char reason[128];
        snprintf(reason, sizeof reason, "operator %.64s is not understood",
                 n->type);
        return freeze_node(c, g, n, reason, err);
    }
    if (!coupling_shapes_known(g, n))
        return freeze_node(c, g, n, "shapes around it are not known", err);
    /* The file may declare a shape whose reasons are only known later. */
    struct prune_error why = {0};
    rc = n->op->couple(c, g, n, &why);
    if (rc == PRUNE_E_UNSUPPORTED)
        return freeze_node(c, g, n, "its sizes depend on the data", err);
    return rc ? err_set(err, rc, "%s", why.text) : 0;
}

static int freeze_inputs(struct coupling *c, const struct graph *g,
                         struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < g->n_inputs; i++) {
        couple_plain(c, g->inputs[i], 0);
        rc = couple_freeze_all(c, g->inputs[i], NULL, "input of the network",
                               err);
    }
    return rc;
}

static int freeze_outputs(struct coupling *c, const struct graph *g,
                          struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < g->n_outputs; i++)
        rc = couple_freeze_all(c, g->outputs[i], NULL,
                               "output of the network", err);
    return rc;
}

int coupling_run(struct coupling *c, struct prune_error *err)
{
    const struct graph *g = c->g;
    int rc = freeze_inputs(c, g, err);
    for (int i = 0; !rc && i < g->n_nodes; i++)
        rc = couple_node(c, g, &g->nodes[i], err);
    if (!rc)
        rc = freeze_outputs(c, g, err);
    return rc ? rc : coupling_collect(c, err);
}
