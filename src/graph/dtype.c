#include "graph/dtype.h"

static const struct {
    size_t size;
    const char *name;
} rows[] = {
    [DTYPE_NONE] = {0, "unknown"},    [DTYPE_F32] = {4, "float32"},
    [DTYPE_U8] = {1, "uint8"},        [DTYPE_I8] = {1, "int8"},
    [DTYPE_U16] = {2, "uint16"},      [DTYPE_I16] = {2, "int16"},
    [DTYPE_I32] = {4, "int32"},       [DTYPE_I64] = {8, "int64"},
    [DTYPE_STRING] = {0, "string"},   [DTYPE_BOOL] = {1, "bool"},
    [DTYPE_F16] = {2, "float16"},     [DTYPE_F64] = {8, "float64"},
    [DTYPE_U32] = {4, "uint32"},      [DTYPE_U64] = {8, "uint64"},
    [DTYPE_C64] = {8, "complex64"},   [DTYPE_C128] = {16, "complex128"},
    [DTYPE_BF16] = {2, "bfloat16"},
};

static int known(enum dtype t)
{
    return (size_t)t < sizeof rows / sizeof *rows;
}

size_t dtype_size(enum dtype t)
{
    return known(t) ? rows[t].size : 0;
}

const char *dtype_name(enum dtype t)
{
    return known(t) ? rows[t].name : "unknown";
}

int dtype_is_float(enum dtype t)
{
    return t == DTYPE_F32 || t == DTYPE_F64 || t == DTYPE_F16 ||
           t == DTYPE_BF16;
}
