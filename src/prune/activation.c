/* Activity: how much of the variance of the layers that read a unit comes
 * from it. A unit that hardly varies, or that is read with small weights,
 * can go; its mean is won back by calibration. */
#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"
#include "prune/constant.h"
#include "prune/criterion.h"
#include "prune/norms.h"

/* A linear node that reads units: w is [outputs, width, inner] after
 * `transposed` is seen to; y varies by var_y[outputs], x by var_x. */
struct reader {
    const float *w;
    int64_t outputs, width, inner, groups;
    int transposed; /* w is [width, outputs] */
    const double *var_x, *var_y;
    int value, axis; /* what it reads */
};

static int describe(struct reader *out, const struct unit_view *v, int node)
{
    const struct graph *g = v->graph;
    const struct node *n = &g->nodes[node];
    const struct tensor *w = constant_input(g, n, 1);
    if (!n->op || !(n->op->traits & OP_LINEAR) || !w || w->shape.rank < 2)
        return 0;
    int conv = n->op->traits & OP_CONV;
    *out = (struct reader){
        .w = tensor_f32(w),
        .inner = shape_span(&w->shape, 2, w->shape.rank),
        .groups = conv ? node_int(n, "group", 1) : 1,
        .transposed = !conv && !node_int(n, "transB", 0),
        .var_x = v->activity->variance[n->inputs[0]],
        .var_y = v->activity->variance[n->outputs[0]],
        .value = n->inputs[0],
        .axis = criterion_channel_axis(g, n),
    };
    out->outputs = w->shape.dims[out->transposed ? 1 : 0];
    out->width = w->shape.dims[out->transposed ? 0 : 1];
    return out->var_x && out->var_y && strcmp(n->type, "ConvTranspose");
}

/* The mean over the outputs that read position i of the share of their
 * variance that comes from it. */
static double share(const struct reader *r, int64_t i)
{
    const int64_t per_group = r->outputs / r->groups;
    const int64_t first = i / r->width * per_group, column = i % r->width;
    double sum = 0;
    for (int64_t o = first; o < first + per_group; o++) {
        const float *w = r->w + (r->transposed
                                     ? column * r->outputs + o
                                     : (o * r->width + column) * r->inner);
        double square = 0;
        for (int64_t k = 0; k < r->inner; k++)
            square += (double)w[k] * (double)w[k];
        if (r->var_y[o] > 1e-12)
            sum += square * r->var_x[i] / r->var_y[o];
    }
    return sum / (double)r->outputs;
}

static void add_reader(double *out, const struct unit_view *v, int node)
{
    struct reader r;
    if (!describe(&r, v, node))
        return;
    for (int64_t i = 0; i < r.width * r.groups; i++) {
        int group;
        int u = coupling_unit(v->coupling, r.value, r.axis, i, &group);
        if (u >= 0 && group == v->group)
            out[u] += share(&r, i);
    }
}

static int units(double *out, const struct unit_view *v,
                 struct prune_error *err)
{
    const struct group *g = coupling_group(v->coupling, v->group);
    (void)err;
    memset(out, 0, (size_t)g->n_units * sizeof *out);
    for (int i = 0; i < g->n_members; i++)
        if (g->members[i].role == ROLE_IN && g->members[i].node >= 0)
            add_reader(out, v, g->members[i].node);
    norm_normalise(out, g->n_units);
    return 0;
}

const struct criterion criterion_activation = {
    .name = "activation",
    .title = "Activity",
    .summary = "share of its readers' variance that comes from a unit, "
               "measured on training data",
    .needs = NEEDS_ACTIVATIONS,
    .units = units,
};
