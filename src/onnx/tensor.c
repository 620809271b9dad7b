#include <string.h>

#include "base/alloc.h"
#include "onnx/parts.h"

/* Where a message holds its elements: raw, or a list by type. */
struct source {
    const void *data;
    size_t n, item; /* item: bytes of one element of the list */
};

static struct source list_of(const Onnx__TensorProto *p, enum dtype t)
{
    switch (t) {
    case DTYPE_F32:
        return (struct source){p->float_data, p->n_float_data, 4};
    case DTYPE_F64:
        return (struct source){p->double_data, p->n_double_data, 8};
    case DTYPE_I64:
        return (struct source){p->int64_data, p->n_int64_data, 8};
    case DTYPE_U32:
    case DTYPE_U64:
        return (struct source){p->uint64_data, p->n_uint64_data, 8};
    case DTYPE_C64:
    case DTYPE_C128:
        /* Two numbers an element: nothing here computes with them. */
        return (struct source){NULL, 0, 0};
    default:
        return (struct source){p->int32_data, p->n_int32_data, 4};
    }
}

static int bad(const Onnx__TensorProto *p, struct prune_error *err,
               const char *what)
{
    return err_set(err, PRUNE_E_INPUT, "tensor '%s' %s", onnx_text(p->name),
                   what);
}

static int read_shape(struct shape *out, const Onnx__TensorProto *p,
                      struct prune_error *err)
{
    struct shape s = {.rank = (int)p->n_dims};
    for (size_t i = 0; i < p->n_dims; i++) {
        if (p->dims[i] < 0)
            return bad(p, err, "has a negative size");
        if (i < MAX_RANK)
            s.dims[i] = p->dims[i];
    }
    if (p->n_dims > MAX_RANK)
        return PRUNE_E_UNSUPPORTED;
    if (shape_numel(&s) < 0)
        return bad(p, err, "is too large: its sizes multiply to more than "
                           "64 bits hold");
    *out = s;
    return 0;
}

static int borrow(struct tensor **out, const void *data, size_t size,
                  enum dtype dtype, const struct shape *s,
                  struct onnx_origin *o, struct prune_error *err)
{
    struct tensor *t = mem_new(sizeof *t);
    if (!t)
        return err_memory(err, "a tensor");
    *t = (struct tensor){.dtype = dtype, .shape = *s, .size = size,
                         .data = (void *)(uintptr_t)data, .refs = 1,
                         .borrowed = 1, .owner = o,
                         .owner_unref = onnx_origin_unref};
    o->base.refs++;
    *out = t;
    return 0;
}

/* The lists hold small types in wider ones. */
static void narrow(struct tensor *t, const struct source *from)
{
    size_t item = dtype_size(t->dtype);
    for (size_t i = 0; i < from->n; i++) {
        uint64_t x = from->item == 8
                         ? ((const uint64_t *)from->data)[i]
                         : ((const uint32_t *)from->data)[i];
        uint8_t x8 = (uint8_t)x;
        uint16_t x16 = (uint16_t)x;
        uint32_t x32 = (uint32_t)x;
        const void *p = item == 1 ? (void *)&x8
                                  : item == 2 ? (void *)&x16 : (void *)&x32;
        memcpy((char *)t->data + i * item, p, item);
    }
}

static int from_list(struct tensor **out, const Onnx__TensorProto *p,
                     enum dtype dtype, const struct shape *s,
                     struct onnx_origin *o, struct prune_error *err)
{
    struct source from = list_of(p, dtype);
    if (!from.item)
        return PRUNE_E_UNSUPPORTED;
    if ((int64_t)from.n != shape_numel(s))
        return bad(p, err, "has more or fewer values than its shape says");
    if (from.n && from.item == dtype_size(dtype))
        return borrow(out, from.data, from.n * from.item, dtype, s, o, err);
    struct tensor *t = NULL;
    int rc = tensor_new(&t, dtype, s, err);
    if (rc)
        return rc;
    narrow(t, &from);
    *out = t;
    return 0;
}

/* Kernels read elements where they belong in memory. In a file they stand
 * anywhere; what was copied from it need not stay in memory there. */
static int copy(struct tensor **out, const Onnx__TensorProto *p,
                enum dtype dtype, const struct shape *s,
                const struct onnx_origin *o, struct prune_error *err)
{
    const size_t piece = (size_t)4 << 20;
    struct tensor *t = NULL;
    int rc = tensor_new(&t, dtype, s, err);
    if (rc)
        return rc;
    const struct file_map *m = onnx_origin_map(o, p->raw_data.data);
    for (size_t at = 0; at < t->size; at += piece) {
        size_t n = t->size - at < piece ? t->size - at : piece;
        memcpy((char *)t->data + at, p->raw_data.data + at, n);
        if (m)
            file_forget(m, (size_t)(p->raw_data.data - m->data) + at, n);
    }
    *out = t;
    return 0;
}

static int from_raw(struct tensor **out, const Onnx__TensorProto *p,
                    enum dtype dtype, const struct shape *s,
                    struct onnx_origin *o, struct prune_error *err)
{
    if (list_of(p, dtype).n)
        return bad(p, err, "gives its values twice");
    /* The product of sizes fits 63 bits; comparing quotients cannot wrap. */
    size_t item = dtype_size(dtype);
    if (p->raw_data.len % item ||
        (int64_t)(p->raw_data.len / item) != shape_numel(s))
        return bad(p, err, "has more or fewer bytes than its shape says");
    if (!p->raw_data.len)
        return tensor_new(out, dtype, s, err);
    size_t align = dtype == DTYPE_C128 ? 8 : item;
    if ((uintptr_t)p->raw_data.data % align)
        return copy(out, p, dtype, s, o, err);
    return borrow(out, p->raw_data.data, p->raw_data.len, dtype, s, o, err);
}

int onnx_tensor(struct tensor **out, const Onnx__TensorProto *p,
                struct onnx_origin *o, struct prune_error *err)
{
    enum dtype dtype = (enum dtype)p->data_type;
    struct shape s;
    int rc = read_shape(&s, p, err);
    if (rc)
        return rc;
    if (p->data_type < 0 || !dtype_size(dtype))
        return PRUNE_E_UNSUPPORTED;
    return p->has_raw_data ? from_raw(out, p, dtype, &s, o, err)
                           : from_list(out, p, dtype, &s, o, err);
}

void onnx_put_tensor(Onnx__TensorProto *out, const Onnx__TensorProto *old,
                     const struct tensor *t)
{
    onnx__tensor_proto__init(out);
    if (old) {
        out->base = old->base;
        out->name = old->name;
        out->doc_string = old->doc_string;
    }
    out->n_dims = (size_t)t->shape.rank;
    out->dims = (int64_t *)(uintptr_t)t->shape.dims;
    out->has_data_type = 1;
    out->data_type = (int32_t)t->dtype;
    out->has_raw_data = 1;
    out->raw_data.len = t->size;
    out->raw_data.data = t->data;
}
