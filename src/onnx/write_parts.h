#ifndef ONNX_WRITE_PARTS_H
#define ONNX_WRITE_PARTS_H

#include "onnx/names.h"
#include "onnx/parts.h"

struct writing {
    const struct graph *g;
    const Onnx__ModelProto *old; /* the file's own; an empty one if new */
    struct arena arena;          /* all that is new */
    struct names values;         /* what is alive */
    struct names dead;           /* what was, and is not any more */
    struct names inputs;         /* that the file lists */
};

/* All of these answer NULL when memory is short. */
Onnx__NodeProto *onnx_put_node(struct writing *w, const struct node *n);
Onnx__TensorProto *onnx_put_initializer(struct writing *w,
                                        const struct value *v);
/* Name and type of a value, over what the file said of it (or NULL). */
Onnx__ValueInfoProto *onnx_put_info(struct writing *w, const struct value *v,
                                    const Onnx__ValueInfoProto *old);

/* The whole message, made of the old one and of the writing's arena; -1 when
 * memory is short. */
int onnx_put_model(struct writing *w, Onnx__ModelProto *m);

/* onnx_write with another limit for the model's own file, for tests. */
int onnx_write_within(const struct graph *g, const char *path, size_t most,
                      struct prune_error *err);

static inline int onnx_is_initializer(const struct value *v)
{
    return v->producer < 0 && !v->is_input && (v->origin || v->constant);
}

#endif
