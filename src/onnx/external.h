#ifndef ONNX_EXTERNAL_H
#define ONNX_EXTERNAL_H

#include "onnx/names.h"
#include "onnx/payload.h"

/* Weights in files beside the model ("external data"). Each file is mapped
 * once, and the tensors of the message borrow their raw data from it: from
 * then on they look as if the model held them. */

struct sides {
    struct file_map *maps; /* in the order of their first use */
    char **names;          /* locations, owned */
    size_t n, room;
};

/* `folder` is where the model lies; NULL: such a model is refused. Errors
 * name the tensor and the file. */
int external_hang(struct sides *s, struct payloads *p,
                  Onnx__ModelProto *model, const char *folder,
                  struct prune_error *err);
void external_done(struct sides *s);

#endif
