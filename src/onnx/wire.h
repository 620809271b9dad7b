#ifndef ONNX_WIRE_H
#define ONNX_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include "base/err.h"

/* Messages as they stand in a file. */

/* The largest number of a field, which no message of ONNX uses and
 * wire_check refuses: ours to mark what was taken out (payload.h). */
enum { WIRE_MARK = (1 << 29) - 1 };

/* Looks over a message on the wire before protobuf-c takes memory for it:
 * every length lies inside the one around it, messages nest at most 64
 * deep, there are not absurdly many of them, none that may stand once
 * stands twice, and no text holds a NUL (protobuf-c would cut it there).
 * PRUNE_E_INPUT: "not an ONNX file: …" when not even the beginning is a
 * message of that kind, else "damaged: …". */
int wire_check(const ProtobufCMessageDescriptor *kind, const void *data,
               size_t size, struct prune_error *err);

/* A field of a message that wire_check has passed. */
struct wire_field {
    uint32_t number;
    unsigned wire;
    const unsigned char *start, *body, *end; /* tag; content; what follows */
};

/* Reads the field at *p, which moves behind it. 0; or -1 for what
 * wire_check would not have passed. */
int wire_next(struct wire_field *out, const unsigned char **p,
              const unsigned char *end);

/* The field's description, or NULL. */
const ProtobufCFieldDescriptor *wire_find(
    const ProtobufCMessageDescriptor *kind, uint64_t number);

#endif
