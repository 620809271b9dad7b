#ifndef ONNX_FUNCTIONS_H
#define ONNX_FUNCTIONS_H

#include "base/arena.h"
#include "base/err.h"
#include "onnx/onnx.pb-c.h"

/* A model's own functions, which some exporters wrap every module in: a
 * node that calls one is replaced by the function's nodes. Names get the
 * call's name before them, attributes that refer to the function's take the
 * call's values. A call of a function that was made for another version of
 * ONNX's operators stays, and the functions with it. */

/* *out is the model without calls, made of `model`'s parts and of the arena;
 * `model` itself when it has no functions. PRUNE_E_INPUT when functions call
 * each other without end, or a call does not fit its function. */
int functions_expand(Onnx__ModelProto **out, struct arena *arena,
                     Onnx__ModelProto *model, struct prune_error *err);

/* "domain:name:overload" of a function or of a node's operator, in memory of
 * the arena; NULL: memory is short. */
char *functions_key(struct arena *arena, const Onnx__FunctionProto *f);
char *functions_key_of_node(struct arena *arena, const Onnx__NodeProto *n);

#endif
