#include <string.h>

#include "base/alloc.h"
#include "graph/host.h"

/* Shapes of everything, from the inputs on. */

static const struct shape_override *find_override(
    const struct shape_override *overrides, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(overrides[i].input, name))
            return &overrides[i];
    return NULL;
}

/* One size of an input: what the file fixes stays; the first symbolic one
 * is the batch unless the override says something other than 1. */
static int64_t input_size(int64_t declared, int64_t asked, int first,
                          int64_t batch)
{
    if (declared >= 0)
        return declared;
    if (asked == 0)
        return 0;
    if (first && (asked <= 1))
        return batch;
    return asked > 0 ? asked : 1;
}

static int fits(const struct shape *declared, const struct shape *asked)
{
    if (declared->rank < 0)
        return asked->rank >= 0 && asked->rank <= MAX_RANK;
    if (declared->rank != asked->rank)
        return 0;
    for (int i = 0; i < asked->rank; i++)
        if (declared->dims[i] >= 0 && asked->dims[i] >= 0 &&
            declared->dims[i] != asked->dims[i])
            return 0;
    return 1;
}

static int set_input(struct value *v, int64_t batch,
                     const struct shape_override *o, struct prune_error *err)
{
    char have[96], want[96];
    if (o && !fits(&v->declared, &o->shape))
        return err_set(err, PRUNE_E_USAGE,
                       "input '%s' has shape %s, which %s does not fit",
                       v->name, shape_text(&v->declared, have),
                       shape_text(&o->shape, want));
    struct shape s = v->declared;
    if (s.rank < 0 && o) {
        s = o->shape;
        for (int i = 0; i < s.rank; i++)
            s.dims[i] = -1;
    }
    for (int i = 0; i < s.rank; i++)
        s.dims[i] = input_size(s.dims[i], o ? o->shape.dims[i] : -1, i == 0,
                               batch);
    v->shape = s;
    return 0;
}

static int set_inputs(struct graph *g, int64_t batch,
                      const struct shape_override *overrides, int n,
                      struct prune_error *err)
{
    for (int i = 0; i < n; i++) {
        int v = graph_find_value(g, overrides[i].input);
        if (v == NO_VALUE || !g->values[v].is_input)
            return err_set(err, PRUNE_E_USAGE,
                           "the network has no input '%s' to set a shape of",
                           overrides[i].input);
    }
    for (int i = 0; i < g->n_inputs; i++) {
        struct value *v = &g->values[g->inputs[i]];
        int rc = set_input(v, batch, find_override(overrides, n, v->name),
                           err);
        if (rc)
            return rc;
    }
    return 0;
}

/* What the last inference found goes; inputs keep their shapes. */
static void forget(struct graph *g)
{
    for (int i = 0; i < g->n_values; i++) {
        struct value *v = &g->values[i];
        tensor_unref(v->known);
        v->known = NULL;
        if (v->constant) {
            v->shape = v->constant->shape;
            v->dtype = v->constant->dtype;
        } else if (!v->is_input) {
            v->shape = SHAPE_UNKNOWN;
        }
    }
}

/* Nothing behind an unknown operator can be inferred; but the file may say. */
static void fall_back(struct graph *g, const struct node *n)
{
    for (int k = 0; k < n->n_outputs; k++) {
        struct value *v = node_out(g, n, k);
        if (v && !v->constant)
            v->shape = shape_known(&v->declared) && !v->resized
                           ? v->declared
                           : SHAPE_UNKNOWN;
    }
}

static int can_infer(const struct graph *g, const struct node *n)
{
    if (!n->op || !n->op->infer)
        return 0;
    for (int k = 0; k < n->n_inputs; k++) {
        const struct value *v = node_in(g, n, k);
        if (v && v->shape.rank < 0)
            return 0;
    }
    return 1;
}

static int is_constant_node(const struct graph *g, const struct node *n)
{
    const struct value *v = node_out(g, n, 0);
    return n->n_inputs == 0 && v && v->constant;
}

/* The promise that everybody else builds on: shapes are whole and their
 * products fit. */
static int check_outputs(const struct graph *g, const struct node *n,
                         struct prune_error *err)
{
    char text[96];
    for (int k = 0; k < n->n_outputs; k++) {
        const struct value *v = node_out(g, n, k);
        if (!v || v->shape.rank < 0)
            continue;
        int64_t numel = shape_numel(&v->shape);
        if (!shape_known(&v->shape) || numel < 0 ||
            numel > TENSOR_MAX_BYTES / 4)
            return err_set(err, PRUNE_E_INPUT,
                           "node %s: its output '%s' would have shape %s",
                           n->label, v->name, shape_text(&v->shape, text));
    }
    return 0;
}

/* Operators rely on the inputs that they cannot do without, and on their
 * first output. */
static int check_arity(const struct graph *g, const struct node *n,
                       struct prune_error *err)
{
    int most = n->op->max_inputs;
    if (n->n_inputs < n->op->min_inputs || (most > 0 && n->n_inputs > most))
        return err_set(err, PRUNE_E_INPUT, "node %s: %s with %d inputs",
                       n->label, n->type, n->n_inputs);
    for (int k = 0; k < n->op->min_inputs; k++)
        if (!node_in(g, n, k))
            return err_set(err, PRUNE_E_INPUT, "node %s: input %d is missing",
                           n->label, k);
    if (!node_out(g, n, 0) && !(n->op->traits & OP_ANY_OUTPUT))
        return err_set(err, PRUNE_E_INPUT, "node %s: it has no output",
                       n->label);
    return 0;
}

/* --- values ------------------------------------------------------------ */

/* What is known of values while shapes are inferred is small: sizes, axes,
 * index lists; of floats, the scales of a Resize. */
enum { KNOWN_INTEGERS = 1024, KNOWN_FLOATS = 16 };

static int is_small(const struct tensor *t)
{
    return tensor_numel(t) <=
           (dtype_is_float(t->dtype) ? KNOWN_FLOATS : KNOWN_INTEGERS);
}

/* Whether the node can be computed now from small constants, and is not
 * known yet. */
static int can_fold(const struct graph *g, const struct node *n)
{
    const struct value *out = node_out(g, n, 0);
    if (!n->op || !n->op->host || n->op->traits & OP_RANDOM || !n->n_inputs ||
        !out || out->constant || out->known || node_has_subgraph(n))
        return 0;
    if (shape_known(&out->shape) && shape_numel(&out->shape) > KNOWN_INTEGERS)
        return 0;
    for (int i = 0; i < n->n_inputs; i++) {
        const struct tensor *t = n->inputs[i] < 0
                                     ? NULL
                                     : value_constant(g, n->inputs[i]);
        if (n->inputs[i] >= 0 && (!t || !is_small(t)))
            return 0;
    }
    return 1;
}

static void keep_known(struct graph *g, const struct node *n,
                       struct datum *const *out)
{
    for (int i = 0; i < n->n_outputs; i++) {
        struct value *v = node_out(g, n, i);
        if (!v || !out[i] || out[i]->kind != DATUM_TENSOR ||
            !is_small(out[i]->tensor))
            continue;
        tensor_unref(v->known);
        v->known = tensor_ref(out[i]->tensor);
        v->shape = v->known->shape;
        v->dtype = v->known->dtype;
    }
}

/* Computes it by the operator's own kernel. What the kernel refuses stays
 * unknown: whether that matters shows when the network is run. */
static int fold(struct graph *g, const struct node *n,
                struct prune_error *err)
{
    struct prune_error ignored = {0};
    struct datum **in = mem_calloc((size_t)n->n_inputs, sizeof *in);
    struct datum **out = mem_calloc((size_t)n->n_outputs, sizeof *out);
    struct host_call c = {.graph = g, .node = n, .in = in, .out = out};
    int rc = in && out ? 0 : err_memory(err, "shapes");
    for (int i = 0; !rc && i < n->n_inputs; i++)
        if (n->inputs[i] >= 0)
            rc = datum_tensor(&in[i],
                              tensor_ref(value_constant(g, n->inputs[i])),
                              err);
    if (!rc && host_run(&c, &ignored) == PRUNE_E_MEMORY)
        rc = err_memory(err, "shapes");
    if (!rc)
        keep_known(g, n, out);
    for (int i = 0; in && i < n->n_inputs; i++)
        datum_unref(in[i]);
    for (int i = 0; out && i < n->n_outputs; i++)
        datum_unref(out[i]);
    mem_free(in);
    mem_free(out);
    return rc;
}

/* --- one node after the other ------------------------------------------ */

static int infer_shapes(struct graph *g, struct node *n,
                        struct prune_error *err)
{
    if (!n->op || !can_infer(g, n)) {
        fall_back(g, n);
        return 0;
    }
    struct prune_error unknown = {0};
    int rc = n->op->infer(g, n, &unknown);
    if (rc == PRUNE_E_UNSUPPORTED) {
        fall_back(g, n);
        return 0;
    }
    if (rc)
        rc = err_set(err, rc, "node %s: %s", n->label, unknown.text);
    return rc;
}

static int infer_node(struct graph *g, struct node *n,
                      struct prune_error *err)
{
    if (is_constant_node(g, n))
        return 0;
    int rc = n->op ? check_arity(g, n, err) : 0;
    if (!rc)
        rc = infer_shapes(g, n, err);
    if (!rc && can_fold(g, n))
        rc = fold(g, n, err);
    return rc ? rc : check_outputs(g, n, err);
}

int graph_infer_again(struct graph *g, struct prune_error *err)
{
    forget(g);
    for (int i = 0; i < g->n_nodes; i++) {
        int rc = infer_node(g, &g->nodes[i], err);
        if (rc)
            return rc;
    }
    return 0;
}

int graph_infer(struct graph *g, int64_t batch,
                const struct shape_override *overrides, int n_overrides,
                struct prune_error *err)
{
    if (batch < 1)
        return err_set(err, PRUNE_E_USAGE, "a batch of %lld is not possible",
                       (long long)batch);
    int rc = set_inputs(g, batch, overrides, n_overrides, err);
    return rc ? rc : graph_infer_again(g, err);
}
