#ifndef TESTS_CONFORMANCE_VALUES_H
#define TESTS_CONFORMANCE_VALUES_H

#include "graph/datum.h"
#include "onnx/onnx.pb-c.h"

/* The values of a test case's files, read by code that shares nothing with
 * the reader under test but protobuf-c. */

/* Reads a file that holds a value of that type: a TensorProto, a
 * SequenceProto or an OptionalProto. PRUNE_E_UNSUPPORTED: texts, maps,
 * sparse tensors. */
int values_read(struct datum **out, const char *path,
                const Onnx__TypeProto *type, struct prune_error *err);

/* 0 when `have` is `want`: kind, type, shape and elements; floats within
 * `relative` of what is wanted plus `absolute`. Else what differs is in
 * err. */
int values_compare(const struct datum *have, const struct datum *want,
                   double relative, double absolute,
                   struct prune_error *err);

#endif
