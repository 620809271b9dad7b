#include "engine/runner.h"

#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

int runner_find_input(const struct graph *g, const char *name, int *out,
                      struct prune_error *err)
{
    if (!name || !*name) {
        if (g->n_inputs == 1) {
            *out = 0;
            return 0;
        }
        return err_set(err, PRUNE_E_INPUT,
                       "the model has %d inputs; say with --input which one "
                       "the data feed",
                       g->n_inputs);
    }
    for (int i = 0; i < g->n_inputs; i++)
        if (!strcmp(g->values[g->inputs[i]].name, name)) {
            *out = i;
            return 0;
        }
    return err_set(err, PRUNE_E_INPUT, "the model has no input %s", name);
}

static int find_output(const struct graph *g, const char *name, int *out,
                       struct prune_error *err)
{
    if (!g->n_outputs)
        return err_set(err, PRUNE_E_INPUT, "the model has no output");
    *out = 0;
    if (!name || !*name)
        return 0;
    for (int i = 0; i < g->n_outputs; i++)
        if (!strcmp(g->values[g->outputs[i]].name, name)) {
            *out = i;
            return 0;
        }
    return err_set(err, PRUNE_E_INPUT, "the model has no output %s", name);
}

static int make_inputs(struct runner *r, struct prune_error *err)
{
    const struct graph *g = r->graph;
    r->inputs = mem_calloc((size_t)g->n_inputs, sizeof *r->inputs);
    if (!r->inputs)
        return err_memory(err, "the model's inputs");
    for (int i = 0; i < g->n_inputs; i++) {
        const struct value *v = &g->values[g->inputs[i]];
        int64_t n = shape_numel(&v->shape);
        if (n <= 0 || v->dtype != DTYPE_F32)
            return err_set(err, PRUNE_E_UNSUPPORTED,
                           "input %s is %s; only float32 inputs of a known "
                           "shape can be fed",
                           v->name, dtype_name(v->dtype));
        r->inputs[i] = mem_aligned((size_t)n, sizeof(float));
        if (!r->inputs[i])
            return err_memory(err, "the model's inputs");
    }
    return 0;
}

static int open_runner(struct runner *r, const struct graph *g,
                       const struct runner_options *o,
                       struct prune_error *err)
{
    int rc = runner_find_input(g, o->input, &r->input, err);
    if (!rc)
        rc = find_output(g, o->output, &r->output, err);
    if (!rc)
        rc = graph_clone(&r->graph, g, err);
    if (!rc)
        rc = graph_infer(r->graph, o->batch, o->overrides, o->n_overrides,
                         err);
    if (!rc)
        rc = make_inputs(r, err);
    if (rc)
        return rc;
    const struct shape *s = &r->graph->values[r->graph->inputs[r->input]].shape;
    r->batch = s->rank > 0 ? s->dims[0] : 1;
    r->size = shape_numel(s) / r->batch;
    return engine_open(&r->engine, r->graph, &o->engine, err);
}

int runner_open(struct runner *out, const struct graph *g,
                const struct runner_options *options,
                struct prune_error *err)
{
    struct runner r = {0};
    int rc = open_runner(&r, g, options, err);
    if (rc)
        runner_close(&r);
    else
        *out = r;
    return rc;
}

void runner_close(struct runner *r)
{
    engine_close(r->engine);
    for (int i = 0; r->inputs && i < r->graph->n_inputs; i++)
        mem_free(r->inputs[i]);
    mem_free(r->inputs);
    graph_free(r->graph);
    *r = (struct runner){0};
}

float *runner_input(const struct runner *r)
{
    return r->inputs[r->input];
}

int runner_run(struct runner *r, struct prune_error *err)
{
    return engine_run(r->engine, (const void *const *)r->inputs, err);
}

const float *runner_output(const struct runner *r)
{
    return engine_output(r->engine, r->output);
}

const struct shape *runner_output_shape(const struct runner *r)
{
    return &r->graph->values[r->graph->outputs[r->output]].shape;
}

void runner_fill(struct runner *r, uint64_t seed)
{
    struct rng rng;
    rng_init(&rng, seed);
    for (int i = 0; i < r->graph->n_inputs; i++) {
        int64_t n = shape_numel(&r->graph->values[r->graph->inputs[i]].shape);
        for (int64_t k = 0; k < n; k++)
            r->inputs[i][k] = rng_normal(&rng);
    }
}
