#include <string.h>

#include "graph/cut.h"
#include "ops/mend.h"
#include "graph/host.h"
#include "ops/resample.h"

/* Inputs x, scales in opset 10; x, roi, scales, sizes since. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return g->opset < 11 ? ops_infer_resample(g, n, 1, -1, err)
                         : ops_infer_resample(g, n, 2, 3, err);
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    return ops_mend_sizes(c, node, 3, -1, err);
}

/* Nearest by a whole factor repeats each position, provided that the
 * rounding does not reach over to the next one. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const char *mode = node_text(n, "mode", "nearest");
    const char *place = node_text(n, "coordinate_transformation_mode",
                                  g->opset < 11 ? "asymmetric" : "half_pixel");
    const char *round = node_text(n, "nearest_mode",
                                  g->opset < 11 ? "floor"
                                                : "round_prefer_floor");
    int whole = strcmp(place, "asymmetric") == 0 &&
                strcmp(round, "floor") == 0;
    int half = (strcmp(place, "half_pixel") == 0 ||
                strcmp(place, "pytorch_half_pixel") == 0) &&
               strncmp(round, "round_", 6) == 0;

    if (node_attr(n, "axes"))
        return lower_refuse(n, err, "it names its axes");
    if (strcmp(mode, "nearest") != 0)
        return lower_refuse(n, err, "mode \"%.40s\" is not done", mode);
    if (!whole && !half)
        return lower_refuse(n, err, "%.40s with %.40s is not done", place,
                            round);
    return ops_lower_repeat(l, g, n, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return c->graph->opset < 11 ? ops_host_resample(c, 1, -1, -1, err)
                                : ops_host_resample(c, 2, 3, 1, err);
}

const struct op op_resize = {
    .name = "Resize",
    .domain = "",
    .since = 10,
    .min_inputs = 1,
    .max_inputs = 4,
    .infer = infer,
    .couple = ops_couple_resample,
    .cut = cut,
    .lower = lower,
    .host = host,
};
