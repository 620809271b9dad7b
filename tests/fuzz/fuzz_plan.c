#include "base/alloc.h"
#include "engine/engine.h"
#include "fuzz.h"
#include "graph/costs.h"
#include "graph/couple.h"
#include "onnx/onnx.h"
#include "ops/table.h"

/* Larger networks than this take the time and memory that they ask for. */
enum { MOST_MACS = 1 << 22, MOST_ELEMENTS = 1 << 20 };

static int is_small(const struct graph *g, const struct graph_costs *c)
{
    int64_t sum = 0;
    for (int i = 0; i < g->n_values; i++) {
        int64_t n = shape_numel(&g->values[i].shape);
        sum += n > 0 && n < MOST_ELEMENTS ? n : n > 0 ? MOST_ELEMENTS : 0;
        if (sum >= MOST_ELEMENTS)
            return 0;
    }
    return c->total.macs < MOST_MACS;
}

static void plan(const struct graph *g, enum engine_kind kind)
{
    const struct engine_options o = {.kind = kind, .threads = 1};
    struct engine *e = NULL;
    engine_open(&e, g, &o, NULL);
    engine_close(e);
}

/* Shapes, costs, coupling and the plan of whatever can be read. */
int FUZZ_NAME(const uint8_t *data, size_t size)
{
    struct graph *g = NULL;
    struct graph_costs costs = {0};
    struct coupling *c = NULL;
    if (onnx_read_bytes(&g, data, size, "fuzz", ops_find, NULL))
        return 0;
    int rc = graph_infer(g, 2, NULL, 0, NULL);
    if (!rc)
        rc = graph_costs(&costs, g, NULL);
    if (!rc && is_small(g, &costs)) {
        if (!coupling_new(&c, g, NULL))
            coupling_run(c, NULL);
        plan(g, ENGINE_PLAIN);
        plan(g, ENGINE_FAST);
    }
    coupling_free(c);
    graph_costs_done(&costs);
    graph_free(g);
    return 0;
}
