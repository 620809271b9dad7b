#include "graph/tensor.h"

#include <string.h>

#include "base/alloc.h"

int tensor_new(struct tensor **out, enum dtype dtype,
               const struct shape *shape, struct prune_error *err)
{
    char text[96];
    size_t item = dtype_size(dtype);
    int64_t n = shape_numel(shape);
    if (!item)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "a tensor of type %s cannot be held in memory",
                       dtype_name(dtype));
    if (n < 0 || n > TENSOR_MAX_BYTES / (int64_t)item)
        return err_set(err, PRUNE_E_INPUT,
                       "a tensor of %s elements (%s) is too large",
                       shape_text(shape, text), dtype_name(dtype));
    struct tensor *t = mem_new(sizeof *t);
    void *data = t ? mem_aligned((size_t)n, item) : NULL;
    if (!data) {
        mem_free(t);
        return err_memory(err, "a tensor");
    }
    *t = (struct tensor){.dtype = dtype, .shape = *shape, .data = data,
                         .size = (size_t)n * item, .refs = 1};
    *out = t;
    return 0;
}

struct tensor *tensor_ref(struct tensor *t)
{
    if (t)
        t->refs++;
    return t;
}

void tensor_unref(struct tensor *t)
{
    if (!t || --t->refs > 0)
        return;
    if (!t->borrowed)
        mem_free(t->data);
    else if (t->owner_unref)
        t->owner_unref(t->owner);
    mem_free(t);
}

int tensor_own(struct tensor **t, struct prune_error *err)
{
    if ((*t)->refs == 1 && !(*t)->borrowed)
        return 0;
    struct tensor *copy = NULL;
    int rc = tensor_new(&copy, (*t)->dtype, &(*t)->shape, err);
    if (rc)
        return rc;
    if (copy->size)
        memcpy(copy->data, (*t)->data, copy->size);
    tensor_unref(*t);
    *t = copy;
    return 0;
}

int64_t tensor_numel(const struct tensor *t)
{
    return shape_numel(&t->shape);
}

int64_t tensor_nonzeros(const struct tensor *t)
{
    int64_t n = tensor_numel(t);
    if (t->dtype != DTYPE_F32)
        return n;
    const float *x = tensor_f32(t);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
        count += x[i] != 0.0f;
    return count;
}

int64_t tensor_int(const struct tensor *t, int64_t i)
{
    switch (t->dtype) {
    case DTYPE_I64: return ((const int64_t *)t->data)[i];
    case DTYPE_U64: return (int64_t)((const uint64_t *)t->data)[i];
    case DTYPE_I32: return ((const int32_t *)t->data)[i];
    case DTYPE_U32: return ((const uint32_t *)t->data)[i];
    case DTYPE_I16: return ((const int16_t *)t->data)[i];
    case DTYPE_U16: return ((const uint16_t *)t->data)[i];
    case DTYPE_I8: return ((const int8_t *)t->data)[i];
    case DTYPE_U8:
    case DTYPE_BOOL: return ((const uint8_t *)t->data)[i];
    default: return 0;
    }
}

/* dst [outer, n, inner bytes] from src [outer, size, inner bytes]. Columns
 * of a matrix are single floats, for which a call each would be slow. */
static void take_floats(float *dst, const float *src, int64_t outer,
                        int64_t size, const int64_t *keep, int64_t n)
{
    for (int64_t o = 0; o < outer; o++, src += size, dst += n)
        for (int64_t i = 0; i < n; i++)
            dst[i] = src[keep[i]];
}

static void take_rows(unsigned char *dst, const unsigned char *src,
                      int64_t outer, int64_t size, size_t inner,
                      const int64_t *keep, int64_t n)
{
    for (int64_t o = 0; o < outer; o++, src += (size_t)size * inner)
        for (int64_t i = 0; i < n; i++, dst += inner)
            memcpy(dst, src + (size_t)keep[i] * inner, inner);
}

int tensor_take(struct tensor **out, const struct tensor *t, int axis,
                const int64_t *keep, int64_t n, struct prune_error *err)
{
    if (axis < 0 || axis >= t->shape.rank)
        return err_set(err, PRUNE_E_FAILED, "a tensor has no axis %d", axis);
    int64_t size = t->shape.dims[axis];
    for (int64_t i = 0; i < n; i++)
        if (keep[i] < 0 || keep[i] >= size)
            return err_set(err, PRUNE_E_FAILED,
                           "position %lld lies outside an axis of %lld",
                           (long long)keep[i], (long long)size);
    struct shape shape = t->shape;
    shape.dims[axis] = n;
    struct tensor *taken = NULL;
    int rc = tensor_new(&taken, t->dtype, &shape, err);
    if (rc)
        return rc;
    size_t inner = (size_t)shape_span(&shape, axis + 1, shape.rank) *
                   dtype_size(t->dtype);
    int64_t outer = shape_span(&shape, 0, axis);
    if (taken->size && t->dtype == DTYPE_F32 && inner == sizeof(float))
        take_floats(taken->data, t->data, outer, size, keep, n);
    else if (taken->size)
        take_rows(taken->data, t->data, outer, size, inner, keep, n);
    *out = taken;
    return 0;
}
