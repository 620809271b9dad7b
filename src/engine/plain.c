#include "engine/plain.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/host_step.h"

/* --- a step that calls a primitive's `run` --------------------------- */

struct call {
    const struct program *program;
    struct prim prim;
    const float **in;
    float *out;
};

static int call_run(struct step *s, struct prune_error *err)
{
    struct call *c = s->state;
    (void)err;
    c->prim.kind->run(&c->prim, c->program->slots, c->in, c->out);
    return 0;
}

static int call_bind(struct step *s, void *const *memory, void *scratch,
                     struct prune_error *err)
{
    struct call *c = s->state;
    (void)scratch;
    (void)err;
    for (int i = 0; i < s->n_in; i++)
        c->in[i] = s->in[i] < 0 ? NULL : memory[s->in[i]];
    c->out = memory[s->out];
    return 0;
}

static void call_free(struct step *s)
{
    struct call *c = s->state;
    mem_free(c->in);
    mem_free(c);
}

int plain_step(struct plan *plan, const struct program *p,
               const struct prim *prim, const int *in, int out,
               struct prune_error *err)
{
    struct call *c = mem_new(sizeof *c);
    const float **pointers = mem_calloc((size_t)prim->n_in,
                                        sizeof *pointers);
    if (c == NULL || pointers == NULL) {
        mem_free(c);
        mem_free(pointers);
        return err_memory(err, "plan");
    }
    *c = (struct call){.program = p, .prim = *prim, .in = pointers};
    struct step s = {
        .run = call_run,
        .bind = call_bind,
        .free = call_free,
        .state = c,
        .node = prim->node,
        .kernel = "plain",
    };
    return plan_step(plan, s, in, prim->n_in, out, err);
}

/* --- a copy ---------------------------------------------------------- */

struct copy {
    const void *from;
    void *to;
    size_t size;
};

static int copy_run(struct step *s, struct prune_error *err)
{
    struct copy *c = s->state;
    (void)err;
    memcpy(c->to, c->from, c->size);
    return 0;
}

static int copy_bind(struct step *s, void *const *memory, void *scratch,
                     struct prune_error *err)
{
    struct copy *c = s->state;
    (void)scratch;
    (void)err;
    c->from = memory[s->in[0]];
    c->to = memory[s->out];
    return 0;
}

static void copy_free(struct step *s)
{
    mem_free(s->state);
}

int plain_copy(struct plan *plan, int from, int to, size_t size,
               struct prune_error *err)
{
    struct copy *c = mem_new(sizeof *c);
    if (c == NULL)
        return err_memory(err, "plan");
    c->size = size;
    struct step s = {
        .run = copy_run,
        .bind = copy_bind,
        .free = copy_free,
        .state = c,
        .node = -1,
    };
    return plan_step(plan, s, &from, 1, to, err);
}

size_t plain_size(const struct slot *s)
{
    return (size_t)shape_numel(&s->shape) * dtype_size(s->dtype);
}

/* --- a whole program ------------------------------------------------- */

/* Buffers of constants and inputs; -1 for what steps will write. */
static int first_buffers(struct plan *plan, const struct program *p,
                         int *buffers, struct prune_error *err)
{
    for (int i = 0; i < p->n_slots; i++) {
        const struct slot *s = &p->slots[i];
        buffers[i] = -1;
        if (s->constant == NULL)
            continue;
        buffers[i] = plan_fixed(plan, s->constant->data, s->constant->size,
                                err);
        if (buffers[i] < 0)
            return buffers[i];
    }
    for (int i = 0; i < p->n_inputs; i++) {
        int slot = p->inputs[i];
        if (slot < 0)
            continue;
        buffers[slot] = plan_input(plan, i, plain_size(&p->slots[slot]),
                                   err);
        if (buffers[slot] < 0)
            return buffers[slot];
    }
    return 0;
}

static int compile_prim(struct plan *plan, const struct program *p,
                        const struct prim *prim, int *buffers,
                        struct prune_error *err)
{
    if (prim->kind == &prim_view) {
        buffers[prim->out] = buffers[prim->in[0]];
        return 0;
    }
    int *in = mem_calloc((size_t)prim->n_in, sizeof *in);
    if (in == NULL)
        return err_memory(err, "plan");
    for (int i = 0; i < prim->n_in; i++)
        in[i] = prim->in[i] < 0 ? -1 : buffers[prim->in[i]];
    if (prim->kind == &prim_host) {
        int made = host_step(plan, p, prim, in, buffers, err);
        mem_free(in);
        return made;
    }
    int out = plan_buffer(plan, plain_size(&p->slots[prim->out]), err);
    int code = out < 0 ? out : plain_step(plan, p, prim, in, out, err);
    buffers[prim->out] = out;
    mem_free(in);
    return code;
}

/* A result outlives the run, which inputs need not: they are copied. */
static int keep_results(struct plan *plan, const struct program *p,
                        const int *slots, int n, int *results,
                        const int *buffers, struct prune_error *err)
{
    for (int i = 0; i < n; i++) {
        results[i] = -1;
        if (slots[i] < 0)
            continue;
        int from = buffers[slots[i]];
        results[i] = from;
        if (plan->buffers[from].input >= 0) {
            size_t size = plain_size(&p->slots[slots[i]]);
            int to = plan_buffer(plan, size, err);
            int code = to < 0 ? to : plain_copy(plan, from, to, size, err);
            if (code != 0)
                return code;
            results[i] = to;
        }
        plan_keep_to_end(plan, results[i]);
    }
    return 0;
}

int plain_compile(struct plan *plan, const struct program *p,
                  struct prune_error *err)
{
    int *buffers = mem_calloc((size_t)p->n_slots, sizeof *buffers);
    if (buffers == NULL)
        return err_memory(err, "plan");
    int code = first_buffers(plan, p, buffers, err);
    for (int i = 0; i < p->n_prims && code == 0; i++)
        code = compile_prim(plan, p, &p->prims[i], buffers, err);
    if (code == 0)
        code = keep_results(plan, p, p->outputs, p->n_outputs, plan->outputs,
                            buffers, err);
    if (code == 0)
        code = keep_results(plan, p, p->taps, p->n_taps, plan->taps, buffers,
                            err);
    mem_free(buffers);
    return code;
}
