#ifndef GRAPH_DTYPE_H
#define GRAPH_DTYPE_H

#include <stddef.h>

/* Element types, numbered as ONNX's TensorProto.DataType numbers them. */
enum dtype {
    DTYPE_NONE = 0,
    DTYPE_F32 = 1,
    DTYPE_U8 = 2,
    DTYPE_I8 = 3,
    DTYPE_U16 = 4,
    DTYPE_I16 = 5,
    DTYPE_I32 = 6,
    DTYPE_I64 = 7,
    DTYPE_STRING = 8,
    DTYPE_BOOL = 9,
    DTYPE_F16 = 10,
    DTYPE_F64 = 11,
    DTYPE_U32 = 12,
    DTYPE_U64 = 13,
    DTYPE_C64 = 14,
    DTYPE_C128 = 15,
    DTYPE_BF16 = 16,
};

/* Bytes of one element; 0 for what has no fixed size or is unknown. */
size_t dtype_size(enum dtype t);
/* "float32", "int64", …; "unknown". Static storage. */
const char *dtype_name(enum dtype t);
int dtype_is_float(enum dtype t);

#endif
