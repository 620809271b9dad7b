#include "data/scores.h"

#include <math.h>
#include <string.h>

int64_t scores_classes(const struct shape *s, int64_t batch)
{
    if (s->rank < 2 || s->dims[0] != batch)
        return 0;
    int64_t classes = 0;
    for (int i = 1; i < s->rank; i++) {
        if (s->dims[i] == 1)
            continue;
        if (classes)
            return 0;
        classes = s->dims[i];
    }
    return classes > 1 ? classes : 0;
}

int scores_are_probabilities(const struct graph *g, int value)
{
    int node = g->values[value].producer;
    while (node >= 0) {
        const struct node *n = &g->nodes[node];
        if (!strcmp(n->type, "Softmax"))
            return 1;
        if (strcmp(n->type, "Identity") && strcmp(n->type, "Reshape") &&
            strcmp(n->type, "Flatten"))
            return 0;
        if (!n->n_inputs || n->inputs[0] < 0)
            return 0;
        node = g->values[n->inputs[0]].producer;
    }
    return 0;
}

int64_t scores_best(const float *scores, int64_t n)
{
    int64_t k = 0;
    for (int64_t i = 1; i < n; i++)
        if (scores[i] > scores[k])
            k = i;
    return k;
}

double scores_entropy(const float *scores, int64_t n, int64_t label,
                      int probabilities)
{
    if (probabilities)
        return -log(fmax((double)scores[label], 1e-12));
    double most = (double)scores[scores_best(scores, n)], sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += exp((double)scores[i] - most);
    return log(sum) + most - (double)scores[label];
}
