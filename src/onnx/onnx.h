#ifndef ONNX_ONNX_H
#define ONNX_ONNX_H

#include "base/file.h"
#include "graph/op.h"

/* ONNX files in and out. The graph keeps the file's own messages as its
 * origin, so that whatever is not understood, and whatever pruning leaves
 * alone, comes out again as it came in. */

/* Reads a model of any opset; `find` names the operators (it may be
 * NULL: then none is known). The graph is sorted and not yet inferred.
 * External data are looked for in the model's folder. The files stay mapped
 * as long as the graph or one of its tensors lives: nobody may change them.
 * PRUNE_E_INPUT when a file is missing, no ONNX file, damaged, or says
 * what cannot be; the text begins with the path. */
int onnx_read(struct graph **out, const char *path, op_find_f *find,
              struct prune_error *err);

/* The same from memory, which is not needed afterwards. `name` stands for
 * the path in errors. A model with external data is refused. */
int onnx_read_bytes(struct graph **out, const void *data, size_t size,
                    const char *name, op_find_f *find,
                    struct prune_error *err);

/* The same from bytes of base/alloc.h, which are taken over, also on
 * failure, and not copied. */
int onnx_read_own(struct graph **out, unsigned char *bytes, size_t size,
                  const char *name, op_find_f *find,
                  struct prune_error *err);

/* The files that the graph was read from: the model, then those of external
 * data. Borrowed; NULL for a graph that came from none and behind the
 * last. */
const struct file_map *onnx_file(const struct graph *g, size_t i);

/* What a model asks of a file beside it. */
struct onnx_external {
    char *file;    /* relative to the model's folder */
    int64_t bytes; /* the end of what is asked of it that lies last */
};

/* The files of a model's external data, in the order of their first use;
 * they need not be there. A location that onnx_read would refuse is an error
 * here too. The list is freed by onnx_external_free. */
int onnx_external_list(struct onnx_external **out, size_t *n,
                       const char *path, struct prune_error *err);
void onnx_external_free(struct onnx_external *list, size_t n);

/* The most that the file of a model may hold: protobuf's own limit, which
 * other readers keep to. */
#define ONNX_MOST ((int64_t)0x7fffffff)

/* Bytes that the graph takes when written; more than ONNX_MOST are written
 * as two files. Nothing is copied. */
int onnx_size(int64_t *out, const struct graph *g, struct prune_error *err);

/* The file's bytes, to be freed by mem_free. The same graph gives the same
 * bytes. PRUNE_E_UNSUPPORTED for more than ONNX_MOST. */
int onnx_write_bytes(unsigned char **out, size_t *size,
                     const struct graph *g, struct prune_error *err);

/* Writes the file whole or not at all, weights straight from where they
 * are. A model larger than ONNX_MOST has its weights as external data in
 * `path`.data, which appears first; any other is one file, wherever its
 * weights came from. */
int onnx_write(const struct graph *g, const char *path,
               struct prune_error *err);

#endif
