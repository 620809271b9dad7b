#include "engine/engine.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/onednn.h"
#include "engine/open.h"
#include "engine/passes.h"
#include "engine/plain.h"
#include "engine/prepare.h"
#include "engine/tail.h"
#include "engine/threads.h"

struct engine {
    int threads;
    struct graph *own;         /* prepared; NULL: the caller's graph is run */
    const struct graph *graph; /* NULL: there is only a program */
    struct tail *tail;         /* NULL: the plan is all */
    struct datum **results;    /* of each output; the tail's are not here */
    const void **taps;         /* memory of the program's taps */
    struct program *program;
    struct plan *plan;
    const char **kernels; /* of each node */
};

/* The first kernel that computes a part of the node names it. */
static int name_kernels(struct engine *e, struct prune_error *err)
{
    int n = e->program->n_nodes;
    e->kernels = mem_calloc((size_t)n, sizeof *e->kernels);
    if (e->kernels == NULL)
        return err_memory(err, "engine");
    for (int i = e->plan->n_steps - 1; i >= 0; i--) {
        const struct step *s = &e->plan->steps[i];
        if (s->node >= 0 && s->node < n && s->kernel[0] != '\0')
            e->kernels[s->node] = s->kernel;
    }
    return 0;
}

/* --- choosing a plan ------------------------------------------------- */

/* policy NULL: in plain C. */
static int plan_with(struct plan **out, const struct program *p,
                     const enum onednn_policy *policy,
                     struct prune_error *err)
{
    struct plan *plan = NULL;
    int code = plan_new(&plan, p, err);
    if (code == 0)
        code = policy != NULL ? onednn_compile(plan, p, *policy, err)
                              : plain_compile(plan, p, err);
    if (code == 0)
        code = plan_place(plan, err);
    if (code != 0) {
        plan_free(plan);
        return code;
    }
    *out = plan;
    return 0;
}

/* Layers that are fastest alone may lie badly beside each other, so whole
 * plans are timed as well. Two at a time are held in memory. */
static int plan_timed(struct plan **out, const struct program *p,
                      const void *const *zeros, struct prune_error *err)
{
    static const enum onednn_policy policies[] = {
        ONEDNN_DIRECT, ONEDNN_BLOCKED, ONEDNN_TIMED};
    struct plan *best = NULL, *next = NULL;
    int code = 0;
    for (size_t i = 0; i < sizeof policies / sizeof *policies && code == 0;
         i++) {
        int better = 1;
        code = plan_with(&next, p, &policies[i], err);
        if (code == 0 && best != NULL)
            code = plan_faster(&better, next, best, zeros, err);
        if (code == 0 && better) {
            plan_free(best);
            best = next;
        } else {
            plan_free(next);
        }
        next = NULL;
    }
    if (code != 0)
        plan_free(best);
    else
        *out = best;
    return code;
}

/* Zeroed inputs; they share one piece of memory. */
static int with_zeros(struct plan **out, const struct program *p,
                      struct prune_error *err)
{
    size_t most = 0;
    for (int i = 0; i < p->n_inputs; i++)
        if (p->inputs[i] >= 0) {
            size_t size = plain_size(&p->slots[p->inputs[i]]);
            most = size > most ? size : most;
        }
    void *zeros = mem_aligned(most, 1);
    const void **inputs = mem_calloc((size_t)p->n_inputs, sizeof *inputs);
    int code = 0;
    if (zeros == NULL || inputs == NULL) {
        code = err_memory(err, "engine");
    } else {
        for (int i = 0; i < p->n_inputs; i++)
            inputs[i] = zeros;
        code = plan_timed(out, p, inputs, err);
    }
    mem_free(inputs);
    mem_free(zeros);
    return code;
}

static int compile(struct engine *e, enum engine_kind kind,
                   struct prune_error *err)
{
    struct program *p = e->program;
    int code = kind == ENGINE_PLAIN ? 0 : passes_run(p, err);
    if (code != 0)
        return code;
    const enum onednn_policy rule = onednn_rule(p);
    if (kind == ENGINE_TIMED)
        code = with_zeros(&e->plan, p, err);
    else
        code = plan_with(&e->plan, p, kind == ENGINE_FAST ? &rule : NULL,
                         err);
    return code == 0 ? name_kernels(e, err) : code;
}

/* --- opening and running --------------------------------------------- */

int engine_open_program(struct engine **out, struct program *p,
                        const struct engine_options *o,
                        struct prune_error *err)
{
    struct threads t;
    struct engine *e = mem_new(sizeof *e);
    if (e == NULL) {
        program_free(p);
        return err_memory(err, "engine");
    }
    e->program = p;
    e->threads = o->threads > 1 ? o->threads : 1;
    threads_begin(&t, e->threads);
    int code = program_check(p, err);
    if (code == 0)
        code = compile(e, o->kind, err);
    threads_end(&t);
    if (code != 0) {
        engine_close(e);
        return code;
    }
    *out = e;
    return 0;
}

/* Data around what the plan leaves in its memory. */
static int make_results(struct engine *e, struct prune_error *err)
{
    const struct program *p = e->program;
    const struct plan *plan = e->plan;
    int code = 0;
    e->results = mem_calloc((size_t)p->n_outputs, sizeof(struct datum *));
    e->taps = mem_calloc((size_t)p->n_taps, sizeof *e->taps);
    if (e->results == NULL || e->taps == NULL)
        return err_memory(err, "engine");
    for (int i = 0; i < p->n_taps; i++)
        e->taps[i] = plan->memory[plan->taps[i]];
    for (int i = 0; i < p->n_outputs && code == 0; i++)
        if (p->outputs[i] >= 0)
            code = tail_around(&e->results[i], &p->slots[p->outputs[i]],
                               plan->memory[plan->outputs[i]], err);
    return code;
}

static int open_results(struct engine *e, struct prune_error *err)
{
    int code = make_results(e, err), late = 0;
    for (int i = 0; i < e->program->n_outputs; i++)
        late |= e->program->outputs[i] < 0;
    if (code == 0 && late && e->graph != NULL)
        code = tail_open(&e->tail, e->graph, e->program, err);
    return code;
}

int engine_open_lowered(struct engine **out, const struct graph *g,
                        const struct engine_options *o,
                        struct prune_error *err)
{
    struct program *p;
    struct engine *e = NULL;
    int code = program_build(&p, g, o->taps, o->n_taps, err);
    if (code == 0)
        code = engine_open_program(&e, p, o, err);
    if (code != 0)
        return code;
    e->graph = g;
    code = open_results(e, err);
    if (code != 0) {
        engine_close(e);
        return code;
    }
    *out = e;
    return 0;
}

int engine_open(struct engine **out, const struct graph *g,
                const struct engine_options *o, struct prune_error *err)
{
    struct graph *own = NULL;
    int code = prepare_graph(&own, g, err);
    if (code != 0)
        return code;
    code = engine_open_lowered(out, own, o, err);
    if (code != 0)
        graph_free(own);
    else
        (*out)->own = own;
    return code;
}

int engine_is_lowered(const struct engine *e)
{
    for (int i = 0; i < e->program->n_prims; i++)
        if (e->program->prims[i].kind == &prim_host)
            return 0;
    return e->program->n_tail == 0;
}

void engine_close(struct engine *e)
{
    if (e == NULL)
        return;
    tail_close(e->tail);
    for (int i = 0; e->results != NULL && i < e->program->n_outputs; i++)
        datum_unref(e->results[i]);
    mem_free(e->results);
    mem_free(e->taps);
    plan_free(e->plan);
    program_free(e->program);
    mem_free(e->kernels);
    graph_free(e->own);
    mem_free(e);
}

int engine_can_run(const struct graph *g, struct prune_error *err)
{
    struct program *p;
    int code = program_build(&p, g, NULL, 0, err);
    if (code == 0)
        program_free(p);
    return code;
}

/* --- running --------------------------------------------------------- */

static int run_plan(struct engine *e, struct datum *const *data,
                    const void *const *inputs, struct prune_error *err)
{
    struct threads t;
    threads_begin(&t, e->threads);
    int code = plan_run(e->plan, inputs, err);
    if (code == 0 && e->tail != NULL)
        code = tail_run(e->tail, data, e->taps, err);
    threads_end(&t);
    return code;
}

int engine_run(struct engine *e, const void *const *inputs,
               struct prune_error *err)
{
    return run_plan(e, NULL, inputs, err);
}

/* The elements of an input that the plan reads, after holding its type and
 * size against what was inferred. */
static int raw_input(const struct engine *e, int i, const struct datum *d,
                     const void **out, struct prune_error *err)
{
    const struct value *v = &e->graph->values[e->graph->inputs[i]];
    char have[96], want[96];
    *out = NULL;
    if (e->program->inputs[i] < 0)
        return 0;
    if (d == NULL || d->kind != DATUM_TENSOR)
        return err_set(err, PRUNE_E_INPUT, "input '%s' must be a tensor",
                       v->name);
    if (d->tensor->dtype != v->dtype ||
        !shape_equal(&d->tensor->shape, &v->shape))
        return err_set(err, PRUNE_E_INPUT,
                       "input '%s' is %s of shape %s, not %s of shape %s",
                       v->name, dtype_name(d->tensor->dtype),
                       shape_text(&d->tensor->shape, have),
                       dtype_name(v->dtype), shape_text(&v->shape, want));
    *out = d->tensor->data;
    return 0;
}

int engine_run_data(struct engine *e, struct datum *const *inputs,
                    struct prune_error *err)
{
    int n = e->program->n_inputs, code = 0;
    const void **raw = mem_calloc((size_t)n, sizeof *raw);
    if (raw == NULL)
        return err_memory(err, "inputs");
    for (int i = 0; i < n && code == 0; i++)
        code = raw_input(e, i, inputs[i], &raw[i], err);
    if (code == 0)
        code = run_plan(e, inputs, raw, err);
    mem_free(raw);
    return code;
}

const struct datum *engine_result(const struct engine *e, int i)
{
    if (e->results[i] != NULL || e->tail == NULL)
        return e->results[i];
    return tail_value(e->tail, e->graph->outputs[i]);
}

const float *engine_output(const struct engine *e, int i)
{
    if (e->plan->outputs[i] >= 0)
        return e->plan->memory[e->plan->outputs[i]];
    const struct datum *d = engine_result(e, i);
    return d != NULL && d->kind == DATUM_TENSOR ? d->tensor->data : NULL;
}

const float *engine_tap(const struct engine *e, int i)
{
    return e->plan->memory[e->plan->taps[i]];
}

void engine_poison(struct engine *e)
{
    memset(e->plan->arena, 0xff, e->plan->arena_size);
    memset(e->plan->scratch, 0xff, e->plan->scratch_size);
}

size_t engine_memory(const struct engine *e)
{
    return e->plan->arena_size + e->plan->scratch_size +
           e->plan->weight_size;
}

const char *engine_kernel(const struct engine *e, int node)
{
    int known = node >= 0 && node < e->program->n_nodes;
    return known && e->kernels[node] != NULL ? e->kernels[node] : "";
}
