#include "engine/lower.h"

#include <stdio.h>

#include "base/alloc.h"
#include "engine/interp.h"
#include "engine/program.h"

struct lowering {
    struct program *program;
    const struct graph *graph;
    int *slot_of; /* of each value of the graph; -1: none yet */
    unsigned char *late; /* values that have no shape before the run */
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
    const struct value *v = &l->graph->values[value];
    int slot = t != NULL ? program_typed_slot(l->program, &t->shape,
                                              t->dtype, NULL)
                         : program_typed_slot(l->program, &v->shape,
                                              v->dtype, NULL);
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

/* What primitives compute is float32. */
static int check_dtype(const struct lowering *l, const struct node *n,
                       const struct prim_kind *kind, int slot,
                       struct prune_error *err)
{
    if (kind->any_type)
        return 0;
    const struct slot *s = &l->program->slots[slot];
    if (s->constant != NULL || s->value < 0)
        return 0;
    const struct value *v = &l->graph->values[s->value];
    if (v->dtype == DTYPE_F32)
        return 0;
    return lower_refuse(n, err, "'%s' is %s, and only float32 is computed",
                        v->name, dtype_name(v->dtype));
}

/* A view takes any type, but what stands in between is float32. */
static int check_view(const struct lowering *l, const struct node *n,
                      const struct prim *p, const int *in, int out,
                      struct prune_error *err)
{
    const struct slot *slots = l->program->slots;
    if (p->kind != &prim_view || in[0] < 0 ||
        slots[in[0]].dtype == slots[out].dtype)
        return 0;
    return lower_refuse(n, err, "it is of %s, and only float32 is computed",
                        dtype_name(slots[in[0]].dtype));
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
        int code = slots[i] < 0 ? 0 : check_dtype(l, n, p.kind, slots[i], err);
        if (code != 0)
            return code;
    }
    if (out < 0)
        return bad_slot(n, out == NO_SLOT ? PRUNE_E_FAILED : out, "output",
                        err);
    int code = check_dtype(l, n, p.kind, out, err);
    if (code == 0)
        code = check_view(l, n, &p, slots, out, err);
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
        for (int k = 0; k < n->n_captured; k++)
            want(g, wanted, n->captured[k]);
    }
}

static int shapes_known(const struct lowering *l, const struct node *n)
{
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] >= 0) {
            const struct value *v = &l->graph->values[n->outputs[i]];
            if (!shape_known(&v->shape) || dtype_size(v->dtype) == 0)
                return 0;
        }
    return 1;
}

/* Whether the node can only be run when the data are there. */
static int is_late(const struct lowering *l, const struct node *n)
{
    for (int i = 0; i < n->n_inputs; i++)
        if (n->inputs[i] >= 0 && l->late[n->inputs[i]])
            return 1;
    return !shapes_known(l, n) || node_has_subgraph(n);
}

/* The value is made by the program and read after it. */
static int keep(struct lowering *l, int value, struct prune_error *err)
{
    if (value < 0 || l->late[value] ||
        value_constant(l->graph, value) != NULL)
        return 0;
    return program_add_kept(l->program, value, err);
}

static int leave_to_tail(struct lowering *l, const struct node *n,
                         struct prune_error *err)
{
    int code = program_add_tail(l->program, (int)(n - l->graph->nodes), err);
    for (int i = 0; i < n->n_inputs && code == 0; i++)
        code = keep(l, n->inputs[i], err);
    for (int i = 0; i < n->n_captured && code == 0; i++)
        code = keep(l, n->captured[i], err);
    for (int i = 0; i < n->n_outputs; i++)
        if (n->outputs[i] >= 0)
            l->late[n->outputs[i]] = 1;
    return code;
}

/* By the operator's own kernel over the node's inputs and outputs. */
static int lower_host(struct lowering *l, const struct node *n,
                      struct prune_error *err)
{
    struct prim p = {.kind = &prim_host, .node = (int)(n - l->graph->nodes),
                     .host = {.graph = l->graph, .node = n}};
    size_t room = (size_t)n->n_inputs + (size_t)n->n_outputs;
    int *slots = mem_calloc(room, sizeof *slots), code = 0;
    if (slots == NULL)
        return err_memory(err, "program");
    int *outs = slots + n->n_inputs;
    for (int i = 0; i < n->n_inputs && code == 0; i++) {
        slots[i] = lower_in(l, n, i);
        if (slots[i] < 0 && slots[i] != NO_SLOT)
            code = bad_slot(n, slots[i], "input", err);
        slots[i] = slots[i] < 0 ? -1 : slots[i];
    }
    for (int i = 0; i < n->n_outputs && code == 0; i++) {
        outs[i] = lower_out(l, n, i);
        if (outs[i] < 0 && outs[i] != NO_SLOT)
            code = bad_slot(n, outs[i], "output", err);
        outs[i] = outs[i] < 0 ? -1 : outs[i];
    }
    while (code == 0 && outs[p.host.first] < 0)
        p.host.first++; /* one of them is wanted, so this ends */
    if (code == 0)
        code = program_add_many(l->program, p, slots, n->n_inputs,
                                outs + p.host.first,
                                n->n_outputs - p.host.first, err);
    mem_free(slots);
    return code;
}

/* Floating-point numbers that go through float32 (engine/alone.h). */
static int is_other_float(const struct lowering *l, const struct node *n)
{
    for (int i = 0; i < n->n_inputs; i++) {
        const struct value *v = node_in(l->graph, n, i);
        if (v != NULL && dtype_is_float(v->dtype) && v->dtype != DTYPE_F32)
            return 1;
    }
    return 0;
}

static int lower_node(struct lowering *l, const struct node *n,
                      struct prune_error *err)
{
    int code = interp_can_run(n, err), before = l->program->n_prims;
    if (code != 0)
        return code;
    if (is_late(l, n))
        return leave_to_tail(l, n, err);
    struct prune_error refused = {0};
    code = PRUNE_E_UNSUPPORTED;
    if (n->op->lower != NULL)
        code = n->op->lower(l, l->graph, n, &refused);
    if (code == PRUNE_E_UNSUPPORTED &&
        (n->op->host != NULL || is_other_float(l, n))) {
        /* What `lower` had begun is taken back. */
        l->program->n_prims = before;
        return lower_host(l, n, err);
    }
    return code == 0 ? 0 : err_set(err, code, "%s", refused.text);
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
        const struct value *value = &l->graph->values[v];
        p->inputs[i] = -1;
        l->late[v] = !shape_known(&value->shape) ||
                     dtype_size(value->dtype) == 0;
        if (!wanted[v] || l->late[v])
            continue;
        p->inputs[i] = slot_of_value(l, v, 1);
        if (p->inputs[i] < 0)
            return err_set(err, p->inputs[i],
                           "input '%s' does not fit into memory",
                           value->name);
    }
    return 0;
}

/* The slot of a value that is to be read after the run; -1 for what the
 * tail computes. */
static int lower_result(struct lowering *l, int value, int *slot,
                        struct prune_error *err)
{
    *slot = -1;
    if (l->late[value] && value_constant(l->graph, value) == NULL)
        return 0;
    *slot = slot_of_value(l, value, 0);
    if (*slot == PRUNE_E_MEMORY)
        return err_memory(err, "program");
    if (*slot < 0)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "'%s' is not computed by any node",
                       l->graph->values[value].name);
    return 0;
}

static int lower_outputs(struct lowering *l, struct prune_error *err)
{
    const struct graph *g = l->graph;
    struct program *p = l->program;
    int code = 0;
    p->outputs = mem_calloc((size_t)g->n_outputs, sizeof *p->outputs);
    if (p->outputs == NULL)
        return err_memory(err, "program");
    for (int i = 0; i < g->n_outputs && code == 0; i++, p->n_outputs++)
        code = lower_result(l, g->outputs[i], &p->outputs[i], err);
    return code;
}

/* Whoever taps a value reads floats. */
static int lower_tap(struct lowering *l, int value, int *slot,
                     struct prune_error *err)
{
    int code = lower_result(l, value, slot, err);
    if (code != 0)
        return code;
    const struct value *v = &l->graph->values[value];
    if (*slot < 0)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "the shape of '%s' depends on the data", v->name);
    if (l->program->slots[*slot].dtype != DTYPE_F32)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "'%s' is %s, and only float32 is looked at", v->name,
                       dtype_name(l->program->slots[*slot].dtype));
    return 0;
}

/* The caller's taps, then what the tail reads. */
static int lower_taps(struct lowering *l, const int *taps, int n_taps,
                      struct prune_error *err)
{
    struct program *p = l->program;
    int code = 0, n = n_taps + p->n_kept;
    p->taps = mem_calloc((size_t)n, sizeof *p->taps);
    if (p->taps == NULL)
        return err_memory(err, "program");
    for (int i = 0; i < n && code == 0; i++, p->n_taps++)
        code = i < n_taps ? lower_tap(l, taps[i], &p->taps[i], err)
                          : lower_result(l, p->kept[i - n_taps], &p->taps[i],
                                         err);
    return code;
}

static int lower_graph(struct lowering *l, const unsigned char *wanted,
                       const int *taps, int n_taps, struct prune_error *err)
{
    const struct graph *g = l->graph;
    int code = lower_inputs(l, wanted, err);
    for (int i = 0; i < g->n_nodes && code == 0; i++)
        if (node_is_wanted(&g->nodes[i], wanted))
            code = lower_node(l, &g->nodes[i], err);
    if (code == 0)
        code = lower_outputs(l, err);
    return code == 0 ? lower_taps(l, taps, n_taps, err) : code;
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
    l.late = mem_calloc((size_t)g->n_values, 1);
    if (wanted == NULL || l.slot_of == NULL || l.late == NULL) {
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
    mem_free(l.late);
    mem_free(wanted);
    return code;
}
