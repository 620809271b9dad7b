#ifndef GRAPH_CONVERT_H
#define GRAPH_CONVERT_H

#include "graph/tensor.h"

/* Elements from one type to another. */

/* n elements of a tensor from element `from` on, as doubles: exact for all
 * but 64-bit integers beyond 2^53. Booleans are 0 and 1. */
void convert_to_f64(double *out, const struct tensor *t, int64_t from,
                    int64_t n);
/* Back, rounded to nearest even; what does not fit an integer type is cut
 * to its bounds, and a NaN becomes 0. */
void convert_from_f64(struct tensor *t, int64_t from, int64_t n,
                      const double *in);

/* The same through 64-bit integers: floats are cut towards zero. Unsigned
 * 64-bit ones keep their bits. */
void convert_to_i64(int64_t *out, const struct tensor *t, int64_t from,
                    int64_t n);
/* Back, keeping the low bits; booleans: whether it is not 0. */
void convert_from_i64(struct tensor *t, int64_t from, int64_t n,
                      const int64_t *in);

/* ONNX's Cast: floats to integers are cut towards zero, to booleans: not 0.
 * The same type is another reference. PRUNE_E_UNSUPPORTED for texts and
 * complex numbers. */
int convert_tensor(struct tensor **out, struct tensor *t, enum dtype to,
                   struct prune_error *err);

/* IEEE half and bfloat16, by their bits; rounded to nearest even. */
float convert_f16(uint16_t h);
uint16_t convert_to_f16(float f);
float convert_bf16(uint16_t h);
uint16_t convert_to_bf16(float f);

/* Whether there are conversions of the type: numbers and booleans. */
int convert_can(enum dtype t);

#endif
