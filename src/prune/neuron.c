/* Neuron pruning: units of fully connected layers and nothing else. */
#include "graph/op.h"
#include "prune/technique.h"

static int takes(const struct graph *g, const struct group *group)
{
    int made = 0;
    for (int i = 0; i < group->n_members; i++) {
        const struct member *m = &group->members[i];
        if (m->role != ROLE_OUT)
            continue;
        const struct op *op = g->nodes[m->node].op;
        if (!op || !(op->traits & OP_DENSE))
            return 0;
        made = 1;
    }
    return made;
}

const struct technique technique_neuron = {
    .name = "neuron",
    .title = "Neuron pruning",
    .summary = "whole neurons of fully connected layers, with their weights, "
               "biases and the next layer's inputs",
    .looked_for = "fully connected layers (Gemm, MatMul by a constant) whose "
                  "neurons feed other layers",
    .acts = TECHNIQUE_UNITS,
    .criteria = "activation l2 l1 random",
    .scope = "global",
    .takes = takes,
};
