#ifndef ONNX_ONNX_H
#define ONNX_ONNX_H

#include "graph/op.h"

/* ONNX files in and out. The graph keeps the file's own messages as its
 * origin, so that whatever is not understood, and whatever pruning leaves
 * alone, comes out again as it came in. */

/* Reads a model of any opset; `find` names the operators (it may be
 * NULL: then none is known). The graph is sorted and not yet inferred.
 * PRUNE_E_INPUT when the file is missing, no ONNX file, damaged, or says
 * what cannot be; the text begins with the path. */
int onnx_read(struct graph **out, const char *path, op_find_f *find,
              struct prune_error *err);

/* The same from memory, which is not needed afterwards. `name` stands for
 * the path in errors. */
int onnx_read_bytes(struct graph **out, const void *data, size_t size,
                    const char *name, op_find_f *find,
                    struct prune_error *err);

/* The file's bytes, to be freed by mem_free. The same graph gives the same
 * bytes. */
int onnx_write_bytes(unsigned char **out, size_t *size,
                     const struct graph *g, struct prune_error *err);

/* Writes the file whole or not at all. */
int onnx_write(const struct graph *g, const char *path,
               struct prune_error *err);

#endif
