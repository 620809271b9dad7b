#ifndef ONNX_FUNCTIONS_PARTS_H
#define ONNX_FUNCTIONS_PARTS_H

#include "onnx/functions.h"
#include "onnx/names.h"

/* What functions.c and functions_copy.c share. */

/* All functions of a model put in the place of their calls. */
struct expansion {
    struct arena *arena;
    const Onnx__ModelProto *model;
    struct names used;      /* every name that there is */
    struct names functions; /* key -> index */
    unsigned char *called;  /* of each function */
    char *nothing;          /* the name of what is absent */
    unsigned counter;
    long nodes;
    int calls, graphs; /* how deep it stands */
    int left;          /* calls that stay */
    struct prune_error *err;
};

/* A function's body where it is called; NULL is the model itself. */
struct scope {
    const Onnx__FunctionProto *function;
    const Onnx__NodeProto *call;
    const char *prefix;
    struct names names; /* the function's -> index in `list` */
    char **list;
    size_t n, room;
    Onnx__AttributeProto **defaults;
    size_t n_defaults;
};

/* The error of memory that could not be had, or not be granted. Inline, so
 * that analyzers see that it is not 0. */
int functions_say_short(struct expansion *x);

static inline int functions_short(struct expansion *x)
{
    int rc = functions_say_short(x);
    return rc ? rc : PRUNE_E_MEMORY;
}

/* NULL: memory is short. */
char *functions_fresh(struct expansion *x, const char *stem,
                      const char *name);

/* A name of the function becomes one of the model. */
int functions_rename(struct expansion *x, struct scope *s, char **name);

/* A copy of the node with names and attributes of where it will stand; its
 * subgraphs are expanded. */
int functions_copy_node(struct expansion *x, struct scope *s,
                        const Onnx__NodeProto *n, Onnx__NodeProto **out);

/* Replaces the graph's list of nodes. */
int functions_expand_nodes(struct expansion *x, struct scope *s,
                           Onnx__GraphProto *g);

#endif
