#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "base/arena.h"
#include "graph/tensor.h"

/* A network between its file and its use: values (edges) and nodes in
 * topological order. Values and nodes are named by their index; an absent
 * optional input is NO_VALUE. What the reader does not understand stays in
 * `origin` and comes out again when the graph is written. */

enum { NO_VALUE = -1 };

struct op; /* graph/op.h */

enum attr_type { ATTR_OTHER, ATTR_INT, ATTR_FLOAT, ATTR_STRING, ATTR_INTS,
                 ATTR_FLOATS, ATTR_TENSOR, ATTR_GRAPH, ATTR_STRINGS };

struct attr {
    const char *name;
    enum attr_type type;
    int changed; /* the writer takes it from here, not from the origin */
    int64_t i;
    float f;
    const char *s; /* NUL-terminated; may hold any bytes before. STRINGS:
                      one after the other, each with its NUL */
    int64_t n;     /* items of ints or floats, bytes of s */
    const int64_t *ints;
    const float *floats;
    struct tensor *tensor; /* owned reference */
    struct graph *graph;   /* a subgraph, ATTR_GRAPH: owned reference, only
                              read once it was made; NULL: not understood */
    const void *origin;    /* the file's own attribute, or NULL */
};

struct node {
    const char *type, *domain, *name; /* domain "" is ONNX's own */
    const char *label; /* name for people: name, or "Conv (output y)" */
    const struct op *op; /* NULL: an operator that nothing is known of */
    int n_inputs, n_outputs, n_attrs;
    int *inputs, *outputs;
    struct attr *attrs;
    const void *origin; /* the file's own node, NULL for a new one */
    int changed;        /* inputs, outputs or attributes were edited */
    /* Values of this graph that subgraphs in the attributes read by name:
     * they count as uses, cannot be exchanged, and their axes are frozen. */
    int n_captured;
    int *captured;
};

struct value {
    const char *name;
    enum dtype dtype;
    struct shape shape;      /* of the file's declaration, -1 = symbolic;
                                after graph_infer: what it found */
    struct shape declared;   /* as the file has it; rank -1 when absent */
    struct tensor *constant; /* initializer or Constant node's value */
    struct tensor *known;    /* a small tensor found by inference: integers
                                of shape chains, scales */
    int producer;            /* node, or -1 */
    int is_input, is_output; /* of the graph; an initializer that is also
                                listed as a graph input is no input here */
    int is_outer;            /* of a subgraph: a value of that name of the
                                graphs around it */
    int changed;             /* `constant` is not the file's any more */
    int resized;             /* the file's declaration does not hold now */
    const void *origin;      /* the file's own initializer, or NULL */
};

/* What the file had: counted, shared between clones, freed by its reader. */
struct origin {
    int refs;
    void (*free)(struct origin *o);
};

struct graph {
    int refs;           /* subgraphs are shared between clones */
    struct arena arena; /* names, nodes, values, attributes */
    int n_values, n_nodes, n_inputs, n_outputs;
    int room_values, room_nodes, room_inputs, room_outputs;
    struct value *values;
    struct node *nodes;
    int *inputs, *outputs; /* values, in the file's order */
    int64_t ir_version, opset; /* of the default domain */
    struct origin *origin;
    /* metadata_props to add or replace when written; pairs key, value. */
    int n_props;
    const char **props;
};

/* An empty graph with one reference; graph_free gives one back and takes
 * NULL. */
int graph_new(struct graph **out, struct prune_error *err);
struct graph *graph_ref(struct graph *g);
void graph_free(struct graph *g);

/* Shares all tensors and the origin; edits of one do not show in the
 * other. */
int graph_clone(struct graph **out, const struct graph *g,
                struct prune_error *err);

/* Adds a value or a node (zeroed but for what is given). Returned indices
 * stay valid; pointers into the arrays do not survive the next add. */
int graph_add_value(struct graph *g, const char *name, int *out,
                    struct prune_error *err);
int graph_add_node(struct graph *g, const char *type, const char *domain,
                   const char *name, int n_inputs, int n_outputs, int n_attrs,
                   int *out, struct prune_error *err);

/* Lists a value as input or output of the graph. */
int graph_add_input(struct graph *g, int value, struct prune_error *err);
int graph_add_output(struct graph *g, int value, struct prune_error *err);

/* The value of that name, or NO_VALUE. Linear. */
int graph_find_value(const struct graph *g, const char *name);

/* Puts nodes into topological order (stable), sets producers and labels; a
 * cycle or a value made twice is PRUNE_E_INPUT and named. */
int graph_sort(struct graph *g, struct prune_error *err);

/* Finds shapes and small integer values of everything, given `batch` for
 * symbolic first sizes of inputs (a fixed first size stays), 1 for other
 * symbolic sizes, or what `overrides` says for an input by name. Values
 * behind operators without inference get rank -1. */
struct shape_override {
    const char *input;
    struct shape shape;
};
int graph_infer(struct graph *g, int64_t batch,
                const struct shape_override *overrides, int n_overrides,
                struct prune_error *err);

/* The same once more after an edit, with the inputs' shapes of last time. */
int graph_infer_again(struct graph *g, struct prune_error *err);

/* Consumers of a value: calls f for each (node, input index), index -1 for
 * a subgraph's; stops at the first nonzero answer and returns it. */
typedef int graph_use_f(void *payload, int node, int input);
int graph_each_use(const struct graph *g, int value, graph_use_f *f,
                   void *payload);
int graph_n_uses(const struct graph *g, int value); /* outputs count too */

/* Makes every use of value `from` (graph outputs too) a use of `to`. A
 * graph output keeps its name: when `from` is an output and `to` is not,
 * the names of the two are exchanged. PRUNE_E_FAILED when both are graph
 * outputs or `to` is a graph input or constant and `from` an output. */
int graph_replace_uses(struct graph *g, int from, int to,
                       struct prune_error *err);

/* Drops nodes that reach no output, and the constants that only they read
 * (nodes are compacted, values keep their indices). */
int graph_sweep(struct graph *g, struct prune_error *err);

/* Gives a value a new constant (reference taken over, also on failure). */
int graph_set_constant(struct graph *g, int value, struct tensor *t,
                       struct prune_error *err);

/* A new initializer with a fresh name beginning with `stem`; the tensor's
 * reference is taken over, also on failure. */
int graph_add_constant(struct graph *g, const char *stem, struct tensor *t,
                       int *out, struct prune_error *err);

/* Attributes: borrowed or NULL; and typed getters with a default. */
const struct attr *node_attr(const struct node *n, const char *name);
int64_t node_int(const struct node *n, const char *name, int64_t other);
float node_float(const struct node *n, const char *name, float other);
const char *node_text(const struct node *n, const char *name,
                      const char *other);
/* Text i of a list of them; NULL when there are not as many. */
const char *node_text_at(const struct node *n, const char *name, int i);
/* Copies up to `max` ints, returns how many there are (0 when absent). */
int64_t node_ints(const struct node *n, const char *name, int64_t *out,
                  int64_t max);
/* Sets (adding when absent) and marks the node changed. */
int node_set_int(struct graph *g, int node, const char *name, int64_t i,
                 struct prune_error *err);
int node_set_ints(struct graph *g, int node, const char *name,
                  const int64_t *ints, int64_t n, struct prune_error *err);

/* Input i of a node: its value, or NULL when absent. */
static inline struct value *node_in(const struct graph *g,
                                    const struct node *n, int i)
{
    return i < n->n_inputs && n->inputs[i] >= 0 ? &g->values[n->inputs[i]]
                                                : (struct value *)0;
}

static inline struct value *node_out(const struct graph *g,
                                     const struct node *n, int i)
{
    return i < n->n_outputs && n->outputs[i] >= 0
               ? &g->values[n->outputs[i]]
               : (struct value *)0;
}

/* The constant (initializer, Constant node or known integers) behind a
 * value, looking through Identity nodes; NULL when it is not constant. */
struct tensor *value_constant(const struct graph *g, int value);

/* The value that holds the initializer or Constant behind `value`, through
 * Identity; NO_VALUE when there is none. */
int value_constant_home(const struct graph *g, int value);

/* Whether an attribute of the node is a graph. */
int node_has_subgraph(const struct node *n);

/* Whether all that the node makes is known without running it. */
int node_is_known(const struct graph *g, const struct node *n);

#endif
