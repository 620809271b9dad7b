#ifndef ONNX_ATTRIBUTE_H
#define ONNX_ATTRIBUTE_H

#include "onnx/names.h"
#include "onnx/parts.h"

/* Fills a graph's attribute from the file's. Lists are borrowed from the
 * origin, which outlives the graph. */
int onnx_read_attribute(struct graph *g, struct attr *out,
                        const Onnx__AttributeProto *p, struct onnx_origin *o,
                        struct prune_error *err);

/* Calls f for each name that the subgraphs in p read (the names that they
 * make themselves among them). Stops at the first nonzero answer. */
typedef int onnx_name_f(void *payload, const char *name);
int onnx_each_name(const Onnx__AttributeProto *p, onnx_name_f *f,
                   void *payload);

/* The value that a Constant node's attribute gives, as a tensor; *out stays
 * NULL when it is none that a graph can hold. */
int onnx_constant(struct tensor **out, const struct attr *a,
                  struct prune_error *err);

#endif
