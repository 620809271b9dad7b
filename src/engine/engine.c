#include "engine/engine.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/onednn.h"
#include "engine/open.h"
#include "engine/passes.h"
#include "engine/plain.h"
#include "engine/threads.h"

struct engine {
    int threads;
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

static int compile(struct engine *e, const struct engine_options *o,
                   struct prune_error *err)
{
    struct onednn_policy policy = {.timed = o->kind == ENGINE_TIMED};
    int code = o->kind == ENGINE_PLAIN ? 0 : passes_run(e->program, err);
    if (code == 0)
        code = plan_new(&e->plan, e->program, err);
    if (code == 0)
        code = o->kind == ENGINE_PLAIN
                   ? plain_compile(e->plan, e->program, err)
                   : onednn_compile(e->plan, e->program, &policy, err);
    if (code == 0)
        code = plan_place(e->plan, err);
    return code == 0 ? name_kernels(e, err) : code;
}

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
        code = compile(e, o, err);
    threads_end(&t);
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
    struct program *p;
    int code = program_build(&p, g, o->taps, o->n_taps, err);
    return code == 0 ? engine_open_program(out, p, o, err) : code;
}

void engine_close(struct engine *e)
{
    if (e == NULL)
        return;
    plan_free(e->plan);
    program_free(e->program);
    mem_free(e->kernels);
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

int engine_run(struct engine *e, const float *const *inputs,
               struct prune_error *err)
{
    struct threads t;
    threads_begin(&t, e->threads);
    int code = plan_run(e->plan, inputs, err);
    threads_end(&t);
    return code;
}

const float *engine_output(const struct engine *e, int i)
{
    return e->plan->memory[e->plan->outputs[i]];
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
