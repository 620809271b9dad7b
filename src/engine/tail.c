#include "engine/tail.h"

#include "base/alloc.h"

struct tail {
    const struct graph *graph;
    const struct program *program;
    struct scope scope;
};

int tail_open(struct tail **out, const struct graph *g,
              const struct program *p, struct prune_error *err)
{
    struct tail *t = mem_new(sizeof *t);
    if (!t)
        return err_memory(err, "engine");
    t->graph = g;
    t->program = p;
    int rc = scope_open(&t->scope, g, NULL, err);
    if (rc) {
        mem_free(t);
        return rc;
    }
    t->scope.fast = 1;
    *out = t;
    return 0;
}

void tail_close(struct tail *t)
{
    if (!t)
        return;
    scope_close(&t->scope);
    mem_free(t);
}

int tail_around(struct datum **out, const struct slot *slot,
                const void *memory, struct prune_error *err)
{
    struct tensor *t = mem_new(sizeof *t);
    if (!t)
        return err_memory(err, "a result");
    int64_t n = shape_numel(&slot->shape);
    /* Tensors are only read once they are shared; so is this memory. */
    *t = (struct tensor){.dtype = slot->dtype, .shape = slot->shape,
                         .size = (size_t)n * dtype_size(slot->dtype),
                         .data = (void *)(uintptr_t)memory, .refs = 1,
                         .borrowed = 1};
    return datum_tensor(out, t, err);
}

int tail_run(struct tail *t, struct datum *const *inputs,
             const void *const *taps, struct prune_error *err)
{
    const struct program *p = t->program;
    int first = p->n_taps - p->n_kept, rc = 0;
    scope_clear(&t->scope);
    for (int i = 0; inputs && i < t->graph->n_inputs; i++)
        if (inputs[i])
            t->scope.at[t->graph->inputs[i]] = datum_ref(inputs[i]);
    for (int i = 0; !rc && i < p->n_kept; i++)
        if (!t->scope.at[p->kept[i]])
            rc = tail_around(&t->scope.at[p->kept[i]],
                             &p->slots[p->taps[first + i]], taps[first + i],
                             err);
    for (int i = 0; !rc && i < p->n_tail; i++)
        rc = interp_node(&t->scope, p->tail[i], err);
    return rc;
}

const struct datum *tail_value(const struct tail *t, int value)
{
    return t->scope.at[value];
}
