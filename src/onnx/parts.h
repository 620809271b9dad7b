#ifndef ONNX_PARTS_H
#define ONNX_PARTS_H

#include "graph/graph.h"
#include "onnx/external.h"
#include "onnx/payload.h"

/* What the files of this room share and nobody else sees. */

struct onnx_origin {
    struct origin base; /* first: a graph holds a pointer to it */
    Onnx__ModelProto *model;    /* what graphs are read from, and written */
    Onnx__ModelProto *unpacked; /* what protobuf-c made, mostly the same */
    struct arena arena;         /* what was made of it: functions.h */
    struct file_map file; /* large tensors of the model point into it */
    struct sides sides;   /* or into one of these */
    struct payloads payloads;
};

/* Checks and unpacks a file; one reference. `file` is taken over on success.
 * `folder`: where external data lie, or NULL. */
int onnx_origin_new(struct onnx_origin **out, const struct file_map *file,
                    const char *folder, struct prune_error *err);

/* The same without external data, and with calls of functions. */
int onnx_origin_open(struct onnx_origin **out, const struct file_map *file,
                     struct prune_error *err);
void onnx_origin_unref(void *origin);

/* The file that these bytes lie in, or NULL. */
const struct file_map *onnx_origin_map(const struct onnx_origin *o,
                                       const void *bytes);

/* A tensor whose elements are borrowed from the message (or the file) where
 * they stand in their final form and aligned; it keeps `o` alive.
 * PRUNE_E_UNSUPPORTED (err untouched) for what graphs cannot hold: texts,
 * unknown types, too many axes. */
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
