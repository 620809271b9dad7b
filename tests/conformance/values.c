#include "values.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

/* --- tensors ----------------------------------------------------------- */

static int bad(struct prune_error *err, const char *what)
{
    return err_set(err, PRUNE_E_INPUT, "test data: %s", what);
}

/* Elements that stand in a list, the small types in wider numbers. */
static int put_list(struct tensor *t, const Onnx__TensorProto *p,
                    struct prune_error *err)
{
    size_t n = (size_t)tensor_numel(t), item = dtype_size(t->dtype);
    size_t have = p->n_int32_data, wide = sizeof *p->int32_data;
    const void *from = p->int32_data;
    if (t->dtype == DTYPE_F32 || t->dtype == DTYPE_C64)
        have = p->n_float_data / (item / 4), wide = item,
        from = p->float_data;
    else if (t->dtype == DTYPE_F64 || t->dtype == DTYPE_C128)
        have = p->n_double_data / (item / 8), wide = item,
        from = p->double_data;
    else if (t->dtype == DTYPE_I64)
        have = p->n_int64_data, wide = item, from = p->int64_data;
    else if (t->dtype == DTYPE_U64 || t->dtype == DTYPE_U32)
        have = p->n_uint64_data, wide = 8, from = p->uint64_data;
    if (have != n)
        return bad(err, "a tensor of more or fewer elements than its shape");
    for (size_t i = 0; i < n; i++)
        memcpy((char *)t->data + i * item, (const char *)from + i * wide,
               item);
    return 0;
}

static int put_elements(struct tensor *t, const Onnx__TensorProto *p,
                        struct prune_error *err)
{
    if (!p->has_raw_data)
        return put_list(t, p, err);
    if (p->raw_data.len != t->size)
        return bad(err, "a tensor of more or fewer bytes than its shape");
    if (t->size)
        memcpy(t->data, p->raw_data.data, t->size);
    return 0;
}

static int from_tensor(struct datum **out, const Onnx__TensorProto *p,
                       struct prune_error *err)
{
    enum dtype dtype = (enum dtype)p->data_type;
    struct shape s = {.rank = (int)p->n_dims};
    struct tensor *t = NULL;
    if (p->n_dims > MAX_RANK || !dtype_size(dtype))
        return err_set(err, PRUNE_E_UNSUPPORTED, "values of type %s and %zu "
                       "axes", dtype_name(dtype), p->n_dims);
    for (int i = 0; i < s.rank; i++)
        s.dims[i] = p->dims[i];
    int rc = tensor_new(&t, dtype, &s, err);
    if (rc)
        return rc;
    rc = put_elements(t, p, err);
    if (rc)
        tensor_unref(t);
    return rc ? rc : datum_tensor(out, t, err);
}

static int read_tensor(struct datum **out, const unsigned char *data,
                       size_t size, struct prune_error *err)
{
    Onnx__TensorProto *p = onnx__tensor_proto__unpack(NULL, size, data);
    if (!p)
        return bad(err, "no TensorProto");
    int rc = from_tensor(out, p, err);
    onnx__tensor_proto__free_unpacked(p, NULL);
    return rc;
}

/* --- sequences and optionals, which onnx.proto does not hold ------------ */

struct wire {
    const unsigned char *p, *end;
};

struct field {
    unsigned number;
    uint64_t value; /* of a number; the length of a body */
    const unsigned char *body;
};

static int varint(struct wire *w, uint64_t *out)
{
    uint64_t n = 0;
    for (int shift = 0; shift < 64 && w->p < w->end; shift += 7) {
        unsigned char c = *w->p++;
        n |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) {
            *out = n;
            return 0;
        }
    }
    return -1;
}

/* The next field: 1, 0 at the end, -1 where the bytes are no message. Only
 * numbers and bodies are in these messages. */
static int next_field(struct wire *w, struct field *f)
{
    uint64_t tag = 0;
    if (w->p == w->end)
        return 0;
    if (varint(w, &tag) || varint(w, &f->value))
        return -1;
    f->number = (unsigned)(tag >> 3);
    f->body = NULL;
    if ((tag & 7) == 0)
        return 1;
    if ((tag & 7) != 2 || f->value > (uint64_t)(w->end - w->p))
        return -1;
    f->body = w->p;
    w->p += f->value;
    return 1;
}

enum { MAX_ITEMS = 4096, MAX_NESTED = 16 };

static int read_sequence(struct datum **out, const unsigned char *data,
                         size_t size, int depth, struct prune_error *err);
static int read_optional(struct datum **out, const unsigned char *data,
                         size_t size, int depth, struct prune_error *err);

/* The body of a field 3 (tensor), 5 (sequence) or 7 (optional). */
static int read_item(struct datum **out, const struct field *f, int depth,
                     struct prune_error *err)
{
    if (depth > MAX_NESTED)
        return bad(err, "nested too deep");
    if (f->number == 3)
        return read_tensor(out, f->body, f->value, err);
    if (f->number == 5)
        return read_sequence(out, f->body, f->value, depth + 1, err);
    if (f->number == 7)
        return read_optional(out, f->body, f->value, depth + 1, err);
    return err_set(err, PRUNE_E_UNSUPPORTED, "maps and sparse tensors");
}

/* Reads the items of a message into a list; n says how many. */
static int read_items(struct datum **items, int *n,
                      const unsigned char *data, size_t size, int depth,
                      struct prune_error *err)
{
    struct wire w = {data, data + size};
    struct field f = {0};
    int more, rc = 0;
    while (!rc && (more = next_field(&w, &f)) != 0) {
        if (more < 0 || *n == MAX_ITEMS)
            return bad(err, "neither a sequence nor an optional");
        if (f.number <= 2)
            continue;
        if (!f.body)
            return bad(err, "a number where a value is to be");
        rc = read_item(&items[*n], &f, depth, err);
        if (!rc)
            ++*n;
    }
    return rc;
}

static void free_items(struct datum **items, int n)
{
    for (int i = 0; i < n; i++)
        datum_unref(items[i]);
    mem_free(items);
}

static int read_sequence(struct datum **out, const unsigned char *data,
                         size_t size, int depth, struct prune_error *err)
{
    int n = 0;
    struct datum **items = mem_calloc(MAX_ITEMS, sizeof *items);
    if (!items)
        return err_memory(err, "a sequence");
    int rc = read_items(items, &n, data, size, depth, err);
    if (!rc)
        rc = datum_sequence(out, items, n, err);
    free_items(items, n);
    return rc;
}

static int read_optional(struct datum **out, const unsigned char *data,
                         size_t size, int depth, struct prune_error *err)
{
    int n = 0;
    struct datum **items = mem_calloc(MAX_ITEMS, sizeof *items);
    if (!items)
        return err_memory(err, "an optional");
    int rc = read_items(items, &n, data, size, depth, err);
    if (!rc && n > 1)
        rc = bad(err, "an optional of two values");
    if (!rc && n)
        *out = datum_ref(items[0]);
    else if (!rc)
        rc = datum_none(out, err);
    free_items(items, n);
    return rc;
}

int values_read(struct datum **out, const char *path,
                const Onnx__TypeProto *type, struct prune_error *err)
{
    struct file_map m = {0};
    int rc = file_map(&m, path, 0, err);
    if (rc)
        return rc;
    if (type && type->value_case == ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE)
        rc = read_sequence(out, m.data, m.size, 0, err);
    else if (type && type->value_case == ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE)
        rc = read_optional(out, m.data, m.size, 0, err);
    else
        rc = read_tensor(out, m.data, m.size, err);
    file_unmap(&m);
    return rc;
}

/* --- comparing --------------------------------------------------------- */

static double half(uint16_t h)
{
    double sign = h >> 15 ? -1 : 1, mantissa = h & 0x3ff;
    int exponent = h >> 10 & 31;
    if (exponent == 31)
        return (h & 0x3ff) != 0 ? NAN : sign * HUGE_VAL;
    return exponent ? sign * ldexp(1 + mantissa / 1024, exponent - 15)
                    : sign * ldexp(mantissa, -24);
}

/* Number i of floats, two to an element where they are complex. */
static double number(const struct tensor *t, int64_t i)
{
    uint16_t h = 0;
    uint32_t bits = 0;
    float f = 0;
    double d = 0;
    if (t->dtype == DTYPE_F16) {
        memcpy(&h, (const char *)t->data + 2 * i, 2);
        return half(h);
    }
    if (t->dtype == DTYPE_BF16) {
        memcpy(&h, (const char *)t->data + 2 * i, 2);
        bits = (uint32_t)h << 16;
        memcpy(&f, &bits, 4);
        return (double)f;
    }
    if (t->dtype == DTYPE_F32 || t->dtype == DTYPE_C64) {
        memcpy(&f, (const char *)t->data + 4 * i, 4);
        return (double)f;
    }
    memcpy(&d, (const char *)t->data + 8 * i, 8);
    return d;
}

static int close_to(double have, double want, double relative,
                    double absolute)
{
    if (isnan(want) || isnan(have))
        return isnan(want) && isnan(have);
    if (isinf(want) || isinf(have))
        return have == want;
    return fabs(have - want) <= absolute + relative * fabs(want);
}

static int compare_floats(const struct tensor *have,
                          const struct tensor *want, double relative,
                          double absolute, struct prune_error *err)
{
    int64_t n = tensor_numel(want), wrong = 0, first = 0;
    if (want->dtype == DTYPE_C64 || want->dtype == DTYPE_C128)
        n *= 2;
    for (int64_t i = 0; i < n; i++)
        if (!close_to(number(have, i), number(want, i), relative, absolute) &&
            !wrong++)
            first = i;
    if (!wrong)
        return 0;
    return err_set(err, PRUNE_E_FAILED,
                   "%lld of %lld values are wrong: number %lld is %.7g, not "
                   "%.7g",
                   (long long)wrong, (long long)n, (long long)first,
                   number(have, first), number(want, first));
}

static int compare_bits(const struct tensor *have, const struct tensor *want,
                        struct prune_error *err)
{
    size_t item = dtype_size(want->dtype);
    int64_t n = tensor_numel(want), wrong = 0, first = 0;
    for (int64_t i = 0; i < n; i++)
        if (memcmp((const char *)have->data + (size_t)i * item,
                   (const char *)want->data + (size_t)i * item, item) &&
            !wrong++)
            first = i;
    if (!wrong)
        return 0;
    return err_set(err, PRUNE_E_FAILED,
                   "%lld of %lld values are wrong: number %lld is %lld, not "
                   "%lld",
                   (long long)wrong, (long long)n, (long long)first,
                   (long long)tensor_int(have, first),
                   (long long)tensor_int(want, first));
}

static int compare_tensors(const struct tensor *have,
                           const struct tensor *want, double relative,
                           double absolute, struct prune_error *err)
{
    char a[96], b[96];
    if (have->dtype != want->dtype)
        return err_set(err, PRUNE_E_FAILED, "the type is %s, not %s",
                       dtype_name(have->dtype), dtype_name(want->dtype));
    if (!shape_equal(&have->shape, &want->shape))
        return err_set(err, PRUNE_E_FAILED, "the shape is %s, not %s",
                       shape_text(&have->shape, a),
                       shape_text(&want->shape, b));
    if (dtype_is_float(want->dtype) || want->dtype == DTYPE_C64 ||
        want->dtype == DTYPE_C128)
        return compare_floats(have, want, relative, absolute, err);
    return compare_bits(have, want, err);
}

int values_compare(const struct datum *have, const struct datum *want,
                   double relative, double absolute, struct prune_error *err)
{
    static const char *const kinds[] = {"nothing", "a tensor", "a sequence"};
    if (!have)
        return err_set(err, PRUNE_E_FAILED, "there is no value");
    if (have->kind != want->kind)
        return err_set(err, PRUNE_E_FAILED, "it is %s, not %s",
                       kinds[have->kind], kinds[want->kind]);
    if (have->kind == DATUM_TENSOR)
        return compare_tensors(have->tensor, want->tensor, relative,
                               absolute, err);
    if (have->n != want->n)
        return err_set(err, PRUNE_E_FAILED,
                       "the sequence has %lld items, not %lld",
                       (long long)have->n, (long long)want->n);
    int rc = 0;
    for (int64_t i = 0; !rc && i < want->n; i++) {
        rc = values_compare(have->items[i], want->items[i], relative,
                            absolute, err);
        if (rc)
            err_prefix(err, "item %lld", (long long)i);
    }
    return rc;
}
