#include "data/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

enum { MAX_HEADER = 16384 };

static const struct {
    const char *descr;
    enum dtype dtype;
} types[] = {
    {"<f4", DTYPE_F32}, {"<f8", DTYPE_F64}, {"<f2", DTYPE_F16},
    {"<i8", DTYPE_I64}, {"<i4", DTYPE_I32}, {"<i2", DTYPE_I16},
    {"|i1", DTYPE_I8},  {"|u1", DTYPE_U8},  {"<u2", DTYPE_U16},
    {"<u4", DTYPE_U32}, {"<u8", DTYPE_U64}, {"|b1", DTYPE_BOOL},
};

static int damaged(struct prune_error *err, const char *what)
{
    return err_set(err, PRUNE_E_INPUT, "not a usable NumPy array: %s", what);
}

/* The text after 'key': in the header's dictionary, or NULL. */
static const char *entry(const char *header, const char *key)
{
    const char *p = strstr(header, key);
    if (!p)
        return NULL;
    p += strlen(key);
    while (*p == ' ' || *p == ':')
        p++;
    return *p ? p : NULL;
}

static int read_type(enum dtype *out, const char *header,
                     struct prune_error *err)
{
    const char *p = entry(header, "'descr'");
    if (!p || *p != '\'')
        return damaged(err, "no element type");
    p++;
    size_t n = strcspn(p, "'");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *d = types[i].descr;
        if (n == 3 && !memcmp(p, d, 3)) {
            *out = types[i].dtype;
            return 0;
        }
    }
    return err_set(err, PRUNE_E_INPUT,
                   "element type %.*s is not supported; convert the array to "
                   "float32 or uint8",
                   (int)(n > 16 ? 16 : n), p);
}

static int read_shape(struct shape *out, const char *header,
                      struct prune_error *err)
{
    const char *p = entry(header, "'shape'");
    if (!p || *p != '(')
        return damaged(err, "no shape");
    struct shape s = {0};
    for (p++; *p && *p != ')';) {
        char *end;
        long long d = strtoll(p, &end, 10);
        if (end == p || d < 0 || s.rank == MAX_RANK)
            return damaged(err, "a shape that cannot be read");
        s.dims[s.rank++] = d;
        for (p = end; *p == ',' || *p == ' ' || *p == 'L';)
            p++;
    }
    if (*p != ')')
        return damaged(err, "a shape without an end");
    *out = s;
    return 0;
}

/* Length and start of the header's text. */
static int locate(const unsigned char *b, size_t n, size_t *start,
                  size_t *length, struct prune_error *err)
{
    if (n < 12 || memcmp(b, "\x93NUMPY", 6))
        return damaged(err, "no NumPy header");
    *start = b[6] == 1 ? 10 : 12;
    *length = (size_t)b[8] | (size_t)b[9] << 8;
    if (b[6] != 1)
        *length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (b[6] < 1 || b[6] > 3)
        return damaged(err, "an unknown version");
    if (*length > MAX_HEADER || *length > n - *start)
        return damaged(err, "a header that is cut off");
    return 0;
}

static int check_size(struct npy_head *h, struct prune_error *err)
{
    int64_t n = shape_numel(&h->shape);
    int64_t size = (int64_t)dtype_size(h->dtype);
    if (n < 0 || __builtin_mul_overflow(n, size, &h->bytes) ||
        h->bytes > TENSOR_MAX_BYTES)
        return damaged(err, "more elements than memory could hold");
    return 0;
}

int npy_head_read(struct npy_head *out, const unsigned char *bytes, size_t n,
                  struct prune_error *err)
{
    size_t start = 0, length = 0;
    int rc = locate(bytes, n, &start, &length, err);
    if (rc)
        return rc;
    char *text = mem_strndup((const char *)bytes + start, length);
    if (!text)
        return err_memory(err, "a NumPy header");
    struct npy_head h = {.size = start + length};
    const char *order = entry(text, "'fortran_order'");
    if (!order || strncmp(order, "False", 5))
        rc = damaged(err, "it is column-major; save "
                          "numpy.ascontiguousarray of it");
    if (!rc)
        rc = read_type(&h.dtype, text, err);
    if (!rc)
        rc = read_shape(&h.shape, text, err);
    if (!rc)
        rc = check_size(&h, err);
    mem_free(text);
    if (!rc)
        *out = h;
    return rc;
}

static int read_mapped(struct tensor **out, const struct file_map *m,
                       struct prune_error *err)
{
    struct npy_head h;
    int rc = npy_head_read(&h, m->data, m->size, err);
    if (rc)
        return rc;
    if ((uint64_t)h.bytes != m->size - h.size)
        return err_set(err, PRUNE_E_INPUT,
                       "the header promises %" PRId64 " bytes, the file has "
                       "%zu",
                       h.bytes, m->size - h.size);
    rc = tensor_new(out, h.dtype, &h.shape, err);
    if (!rc && h.bytes)
        memcpy((*out)->data, m->data + h.size, (size_t)h.bytes);
    return rc;
}

int npy_read(struct tensor **out, const char *path, struct prune_error *err)
{
    struct file_map m = {0};
    int rc = file_map(&m, path, 0, err);
    if (rc)
        return rc;
    rc = read_mapped(out, &m, err);
    file_unmap(&m);
    if (rc)
        err_prefix(err, "%s", path);
    return rc;
}

static const char *descr(enum dtype dtype)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].dtype == dtype)
            return types[i].descr;
    return NULL;
}

int npy_head_new(unsigned char **out, size_t *size, enum dtype dtype,
                 const struct shape *shape, struct prune_error *err)
{
    if (!descr(dtype))
        return err_set(err, PRUNE_E_FAILED, "NumPy has no type for %s",
                       dtype_name(dtype));
    struct buf b = {0};
    buf_add(&b, "\x93NUMPY\1\0\0\0", 10);
    buf_printf(&b, "{'descr': '%s', 'fortran_order': False, 'shape': (",
               descr(dtype));
    for (int i = 0; i < shape->rank; i++)
        buf_printf(&b, "%s%" PRId64, i ? ", " : "", shape->dims[i]);
    buf_puts(&b, shape->rank == 1 ? ",), }" : "), }");
    while (!b.bad && (b.size + 1) % 64)
        buf_puts(&b, " ");
    buf_puts(&b, "\n");
    size_t n = b.size;
    unsigned char *p = (unsigned char *)buf_take(&b);
    if (!p)
        return err_memory(err, "a NumPy header");
    p[8] = (unsigned char)((n - 10) & 255);
    p[9] = (unsigned char)((n - 10) >> 8);
    *out = p;
    *size = n;
    return 0;
}

int npy_write(const char *path, enum dtype dtype, const struct shape *shape,
              const void *data, struct prune_error *err)
{
    unsigned char *head;
    size_t size;
    int rc = npy_head_new(&head, &size, dtype, shape, err);
    if (rc)
        return rc;
    struct file_new f;
    rc = file_new_open(&f, path, err);
    if (!rc) {
        size_t bytes = (size_t)shape_numel(shape) * dtype_size(dtype);
        rc = file_new_write(&f, head, size, err);
        if (!rc)
            rc = file_new_write(&f, data, bytes, err);
        if (!rc)
            rc = file_new_commit(&f, err);
        else
            file_new_drop(&f);
    }
    mem_free(head);
    return rc;
}
