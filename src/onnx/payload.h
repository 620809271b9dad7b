#ifndef ONNX_PAYLOAD_H
#define ONNX_PAYLOAD_H

#include "base/buf.h"
#include "base/file.h"
#include "onnx/onnx.pb-c.h"

/* The elements of large tensors stay where they are in the mapped file:
 * protobuf-c unpacks a copy of the model without them, and they are hung
 * into the unpacked tensors afterwards. */

/* Elements that were cut out: field `field` of a TensorProto. */
struct payload_span {
    uint32_t field;
    size_t at, size; /* in the file */
};

/* A tensor whose elements are borrowed, and what must stand there again
 * before protobuf-c frees it. */
struct payload_loan {
    Onnx__TensorProto *tensor;
    uint32_t field;
    size_t n_external;
};

struct payloads {
    struct payload_span *spans;
    size_t n_spans, room_spans;
    struct payload_loan *loans;
    size_t n_loans, room_loans;
};

/* The model without the elements: a message whose tensors say by WIRE_MARK
 * which span is theirs. The file has passed wire_check. */
int payload_cut(struct buf *out, struct payloads *p, const struct file_map *m,
                struct prune_error *err);

/* Gives the unpacked tensors their elements, as borrowed pointers into the
 * file (lists of numbers that do not stand aligned there are copied, with
 * memory of `a`). */
int payload_hang(struct payloads *p, Onnx__ModelProto *model,
                 const struct file_map *m, ProtobufCAllocator *a,
                 struct prune_error *err);

/* Notes that the raw data of a tensor are borrowed from now on, and that
 * its entries for external data do not count; set by the caller. */
int payload_lend(struct payloads *p, Onnx__TensorProto *t,
                 const void *data, size_t size, struct prune_error *err);

/* Takes all that is borrowed out of the tensors, so that the message can be
 * freed, and frees the lists. */
void payload_return(struct payloads *p);

/* Calls f for every TensorProto of the model, until one answers nonzero. */
typedef int payload_tensor_f(void *payload, Onnx__TensorProto *t);
int payload_each(Onnx__ModelProto *model, payload_tensor_f *f, void *payload);

#endif
