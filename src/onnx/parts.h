#ifndef ONNX_PARTS_H
#define ONNX_PARTS_H

#include "graph/graph.h"
#include "onnx/onnx.pb-c.h"

/* What the files of this room share and nobody else sees. */

struct onnx_origin {
    struct origin base; /* first: a graph holds a pointer to it */
    Onnx__ModelProto *model;
};

/* Unpacks a file that wire_check has passed; one reference. */
int onnx_origin_new(struct onnx_origin **out, const void *data, size_t size,
                    struct prune_error *err);
void onnx_origin_unref(void *origin);

/* A tensor whose elements are borrowed from the message where they stand in
 * their final form; it keeps `o` alive. PRUNE_E_UNSUPPORTED (err untouched)
 * for what graphs cannot hold: texts, unknown types, too many axes. */
int onnx_tensor(struct tensor **out, const Onnx__TensorProto *p,
                struct onnx_origin *o, struct prune_error *err);

/* A tensor as a message with raw data, over `old` (NULL: none), whose name,
 * comment and unknown fields stay. Data and dims are borrowed from t. */
void onnx_put_tensor(Onnx__TensorProto *out, const Onnx__TensorProto *old,
                     const struct tensor *t);

/* The text, or "" for none. */
static inline const char *onnx_text(const char *s)
{
    return s ? s : "";
}

#endif
