#include "engine/lower.h"

#include <stdio.h>

#include "base/alloc.h"
#include "engine/program.h"
#include "graph/op.h"

struct lowering {
    struct program *program;
    const struct graph *graph;
    int *slot_of; /* of each value of the graph; -1: none yet */
};

/* --- what operators call --------------------------------------------- */

/* The slot of a value; made for constants and outputs when first asked. */
static int slot_of_value(struct lowering *l, int value, int make)
{
    if (l->slot_of[value] >= 0)
        return l->slot_of[value];
    const struct tensor *t = value_constant(l->graph, value);
    if (t == NULL && !make)
        return PRUNE_E_FAILED;
    const struct shape *s = t != NULL ? &t->shape
                                      : &l->graph->values[value].shape;
    int slot = program_slot(l->program, s, NULL);
    if (slot < 0)
        return slot;
    l->program->slots[slot].constant = t;
    l->program->slots[slot].value = value;
    l->slot_of[value] = slot;
    return slot;
}

int lower_in(struct lowering *l, const struct node *n, int i)
{
    if (i >= n->n_inputs || n->inputs[i] < 0)
        return NO_SLOT;
    return slot_of_value(l, n->inputs[i], 0);
}

int lower_out(struct lowering *l, const struct node *n, int i)
{
    if (i >= n->n_outputs || n->outputs[i] < 0)
        return NO_SLOT;
    return slot_of_value(l, n->outputs[i], 1);
}

int lower_temp(struct lowering *l, const struct shape *shape,
               struct prune_error *err)
{
    return program_slot(l->program, shape, err);
}

int lower_constant(struct lowering *l, struct tensor *t,
                   struct prune_error *err)
{
    return program_constant(l->program, t, err);
}

/* A slot that came back as a code: says what it means. */
static int bad_slot(const struct node *n, int code, const char *what,
                    struct prune_error *err)
{
    if (code == PRUNE_E_MEMORY)
        return err_memory(err, "program");
    if (code == PRUNE_E_INPUT)
        return err_set(err, code, "node '%s': its %s is too large", n->label,
                       what);
    return err_set(err, code, "node '%s': its %s is not computed", n->label,
                   what);
}

/* Values that are computed are float32. */
static int check_dtype(const struct lowering *l, const struct node *n,
                       int slot, struct prune_error *err)
{
    const struct slot *s = &l->program->slots[slot];
    if (s->constant != NULL || s->value < 0)
        return 0;
    const struct value *v = &l->graph->values[s->value];
    if (v->dtype == DTYPE_F32)
        return 0;
    return lower_refuse(n, err, "'%s' is %s, and only float32 is computed",
                        v->name, dtype_name(v->dtype));
}

int lower_add(struct lowering *l, const struct node *n, struct prim p,
              const int *in, int n_in, int out, struct prune_error *err)
{
    int *slots = arena_calloc(&l->program->arena, (size_t)n_in,
                              sizeof *slots);
    if (slots == NULL)
        return err_memory(err, "program");
    for (int i = 0; i < n_in; i++) {
        if (in[i] < 0 && in[i] != NO_SLOT && in[i] != -1)
            return bad_slot(n, in[i], "input", err);
        slots[i] = in[i] < 0 ? -1 : in[i];
        if (slots[i] >= l->program->n_slots)
            return err_set(err, PRUNE_E_FAILED, "there is no slot %d",
                           slots[i]);
        int code = slots[i] < 0 ? 0 : check_dtype(l, n, slots[i], err);
        if (code != 0)
            return code;
    }
    if (out < 0)
        return bad_slot(n, out == NO_SLOT ? PRUNE_E_FAILED : out, "output",
                        err);
    int code = check_dtype(l, n, out, err);
    if (code != 0)
        return code;
    p.node = (int)(n - l->graph->nodes);
    code = program_add(l->program, p, slots, n_in, out, err);
    if (code != 0)
        err_prefix(err, "node '%s'", n->label);
    return code;
}

enum { MAX_SIMPLE = 16 };

int lower_simple(struct lowering *l, const struct node *n, struct prim p,
                 int n_in, struct prune_error *err)
{
    int in[MAX_SIMPLE];
    if (n_in > MAX_SIMPLE)
        return err_set(err, PRUNE_E_FAILED, "node '%s': too many inputs",
                       n->label);
    for (int i = 0; i < n_in; i++)
        in[i] = lower_in(l, n, i);
    return lower_add(l, n, p, in, n_in, lower_out(l, n, 0), err);
}

int lower_refuse(const struct node *n, struct prune_error *err,
                 const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    /* clang-tidy 14 loses track of va_start in its later files.
     * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(err, PRUNE_E_UNSUPPORTED, "operator %s (node '%s'): %s",
                   n->type, n->label, text);
}

/* --- graph to program ------------------------------------------------ */

/* Marks a value as wanted unless it is known without running anything. */
static void want(const struct graph *g, unsigned char *wanted, int value)
{
    if (value >= 0 && value_constant(g, value) == NULL)
        wanted[value] = 1;
}

static int node_is_wanted(const struct node *n, const unsigned char *wanted)
{
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] >= 0 && wanted[n->outputs[i]])
            return 1;
    return 0;
}

static void want_backward(const struct graph *g, unsigned char *wanted,
                          const int *taps, int n_taps)
{
    for (int i = 0; i < g->n_outputs; i++)
        want(g, wanted, g->outputs[i]);
    for (int i = 0; i < n_taps; i++)
        want(g, wanted, taps[i]);
    for (int i = g->n_nodes - 1; i >= 0; i--) {
        const struct node *n = &g->nodes[i];
        if (!node_is_wanted(n, wanted))
            continue;
        for (int k = 0; k < n->n_inputs; k++)
            want(g, wanted, n->inputs[k]);
    }
}

static int lower_node(struct lowering *l, const struct node *n,
                      struct prune_error *err)
{
    if (n->op == NULL)
        return lower_refuse(n, err, "this operator is not known");
    if (n->op->lower == NULL)
        return lower_refuse(n, err, "this operator cannot be run");
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] >= 0 &&
            !shape_known(&l->graph->values[n->outputs[i]].shape))
            return lower_refuse(n, err, "the shape of '%s' is not known",
                                l->graph->values[n->outputs[i]].name);
    return n->op->lower(l, l->graph, n, err);
}

static int lower_inputs(struct lowering *l, const unsigned char *wanted,
                        struct prune_error *err)
{
    struct program *p = l->program;
    p->inputs = mem_calloc((size_t)l->graph->n_inputs, sizeof *p->inputs);
    if (p->inputs == NULL)
        return err_memory(err, "program");
    p->n_inputs = l->graph->n_inputs;
    for (int i = 0; i < p->n_inputs; i++) {
        int v = l->graph->inputs[i];
        p->inputs[i] = -1;
        if (!wanted[v])
            continue;
        if (!shape_known(&l->graph->values[v].shape))
            return err_set(err, PRUNE_E_INPUT,
                           "the shape of input '%s' is not known",
                           l->graph->values[v].name);
        p->inputs[i] = slot_of_value(l, v, 1);
        if (p->inputs[i] < 0)
            return err_set(err, p->inputs[i],
                           "input '%s' does not fit into memory",
                           l->graph->values[v].name);
    }
    return 0;
}

/* The slots of some values, as a new list. */
static int lower_results(struct lowering *l, int **list, int *n_list,
                         const int *values, int n, struct prune_error *err)
{
    int *slots = mem_calloc((size_t)n, sizeof *slots);
    if (slots == NULL)
        return err_memory(err, "program");
    *list = slots;
    for (int i = 0; i < n; i++) {
        const struct value *v = &l->graph->values[values[i]];
        slots[i] = slot_of_value(l, values[i], 0);
        if (slots[i] == PRUNE_E_MEMORY)
            return err_memory(err, "program");
        if (slots[i] < 0)
            return err_set(err, PRUNE_E_UNSUPPORTED,
                           "'%s' is not computed by any node", v->name);
        const struct tensor *t = l->program->slots[slots[i]].constant;
        enum dtype dtype = t != NULL ? t->dtype : v->dtype;
        if (dtype != DTYPE_F32)
            return err_set(err, PRUNE_E_UNSUPPORTED,
                           "'%s' is %s, and only float32 is computed",
                           v->name, dtype_name(dtype));
    }
    *n_list = n;
    return 0;
}

static int lower_graph(struct lowering *l, const unsigned char *wanted,
                       const int *taps, int n_taps, struct prune_error *err)
{
    const struct graph *g = l->graph;
    struct program *p = l->program;
    int code = lower_inputs(l, wanted, err);
    for (int i = 0; i < g->n_nodes && code == 0; i++)
        if (node_is_wanted(&g->nodes[i], wanted))
            code = lower_node(l, &g->nodes[i], err);
    if (code == 0)
        code = lower_results(l, &p->outputs, &p->n_outputs, g->outputs,
                             g->n_outputs, err);
    if (code == 0)
        code = lower_results(l, &p->taps, &p->n_taps, taps, n_taps, err);
    return code;
}

static int check_taps(const struct graph *g, const int *taps, int n_taps,
                      struct prune_error *err)
{
    for (int i = 0; i < n_taps; i++)
        if (taps[i] < 0 || taps[i] >= g->n_values)
            return err_set(err, PRUNE_E_USAGE, "there is no value %d to tap",
                           taps[i]);
    return 0;
}

int program_build(struct program **out, const struct graph *g,
                  const int *taps, int n_taps, struct prune_error *err)
{
    struct lowering l = {.graph = g};
    int code = check_taps(g, taps, n_taps, err);
    if (code != 0)
        return code;
    unsigned char *wanted = mem_calloc((size_t)g->n_values, 1);
    l.slot_of = mem_calloc((size_t)g->n_values, sizeof *l.slot_of);
    if (wanted == NULL || l.slot_of == NULL) {
        code = err_memory(err, "program");
        goto out;
    }
    for (int i = 0; i < g->n_values; i++)
        l.slot_of[i] = -1;
    code = program_new(&l.program, err);
    if (code != 0)
        goto out;
    l.program->n_nodes = g->n_nodes;
    want_backward(g, wanted, taps, n_taps);
    code = lower_graph(&l, wanted, taps, n_taps, err);
    if (code == 0)
        code = program_check(l.program, err);
    if (code == 0) {
        *out = l.program;
        l.program = NULL;
    }
out:
    program_free(l.program);
    mem_free(l.slot_of);
    mem_free(wanted);
    return code;
}
