#include "ops/sequences.h"

/* One of two subgraphs, by a truth value; they have no inputs and read what
 * they need by name. */

static int host(struct host_call *c, struct prune_error *err)
{
    const struct graph *branch;
    int64_t yes;
    int e = ops_host_int(c, 0, 0, &yes, err);

    if (!e)
        e = ops_body(&branch, c, yes ? "then_branch" : "else_branch", 0,
                     c->node->n_outputs, err);
    return e ? e
             : c->run(c->runner, branch, NULL, 0, c->out, c->node->n_outputs,
                      err);
}

const struct op op_if = {
    .name = "If",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .host = host,
};
