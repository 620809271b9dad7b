#ifndef ONNX_WIRE_H
#define ONNX_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include "base/err.h"

/* Looks over a message on the wire before protobuf-c takes memory for it:
 * every length lies inside the one around it, messages nest at most 64
 * deep, there are not absurdly many of them, none that may stand once
 * stands twice, and no text holds a NUL (protobuf-c would cut it there).
 * PRUNE_E_INPUT: "not an ONNX file: …" when not even the beginning is a
 * message of that kind, else "damaged: …". */
int wire_check(const ProtobufCMessageDescriptor *kind, const void *data,
               size_t size, struct prune_error *err);

#endif
