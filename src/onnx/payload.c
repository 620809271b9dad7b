#include "onnx/payload.h"

#include <string.h>

#include "base/alloc.h"
#include "onnx/wire.h"

enum {
    WORTH_IT = 4096, /* bytes; less is unpacked as everything else is */
    FLOATS = 4,      /* numbers of TensorProto's fields */
    RAW = 9,
    DOUBLES = 10,
    LENGTH = 5,            /* bytes of a length that is put in later */
    MOST = (1 << 30) - 1 + (1 << 30), /* protobuf-c's own limit */
};

struct cutting {
    struct buf *out;
    struct payloads *p;
    const unsigned char *start;
    int short_of_memory;
};

static int more(void **array, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return 0;
    size_t want = *room ? 2 * *room : 64;
    void *p = mem_array(*array, want, size);
    if (!p)
        return -1;
    *array = p;
    *room = want;
    return 0;
}

/* --- out --------------------------------------------------------------- */

static size_t item_of(uint32_t field)
{
    return field == FLOATS ? 4 : field == DOUBLES ? 8 : 1;
}

/* Bits of the fields that stand once. A list of numbers may come in several
 * pieces, and the last of several raw data counts: those few are left to
 * protobuf-c. */
static unsigned fields_alone(const unsigned char *p, const unsigned char *end)
{
    struct wire_field f;
    unsigned once = 0, twice = 0;
    while (p < end && !wire_next(&f, &p, end)) {
        unsigned bit = f.number < 32 ? 1u << f.number : 0;
        twice |= once & bit;
        once |= bit;
    }
    return once & ~twice;
}

static int is_payload(const struct wire_field *f)
{
    return (f->number == FLOATS || f->number == RAW ||
            f->number == DOUBLES) &&
           f->wire == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
           (size_t)(f->end - f->body) % item_of(f->number) == 0;
}

static int put_varint(struct buf *out, uint64_t n)
{
    unsigned char bytes[10];
    size_t k = 0;
    for (; n > 0x7f; n >>= 7)
        bytes[k++] = (unsigned char)(n | 0x80);
    bytes[k++] = (unsigned char)n;
    return buf_add(out, bytes, k);
}

/* The mark: a fixed64 field with the span's index. */
static int put_mark(struct cutting *c, const struct wire_field *f)
{
    struct payloads *p = c->p;
    void *array = p->spans;
    if (more(&array, p->n_spans, &p->room_spans, sizeof *p->spans))
        return -1;
    p->spans = array;
    uint64_t index = p->n_spans++;
    p->spans[index] = (struct payload_span){
        .field = f->number, .at = (size_t)(f->body - c->start),
        .size = (size_t)(f->end - f->body)};
    return put_varint(c->out, (uint64_t)WIRE_MARK << 3 |
                                  PROTOBUF_C_WIRE_TYPE_64BIT) ||
                   buf_add(c->out, &index, sizeof index)
               ? -1
               : 0;
}

static int copy(struct cutting *c, const ProtobufCMessageDescriptor *kind,
                const unsigned char *p, const unsigned char *end);

/* A message whose length is only known once it is there: the length takes
 * five bytes, with leading zeros as it were. */
static int copy_within(struct cutting *c,
                       const ProtobufCMessageDescriptor *kind,
                       const struct wire_field *f)
{
    const unsigned char none[LENGTH] = {0};
    if (put_varint(c->out, (uint64_t)f->number << 3 | f->wire))
        return -1;
    size_t at = c->out->size;
    if (buf_add(c->out, none, LENGTH) || copy(c, kind, f->body, f->end))
        return -1;
    size_t n = c->out->size - at - LENGTH;
    for (int i = 0; i < LENGTH; i++, n >>= 7)
        c->out->data[at + (size_t)i] =
            (char)((n & 0x7f) | (i < LENGTH - 1 ? 0x80 : 0));
    return 0;
}

static int copy_field(struct cutting *c,
                      const ProtobufCMessageDescriptor *kind,
                      const struct wire_field *f, int is_cut)
{
    const ProtobufCFieldDescriptor *d = wire_find(kind, f->number);
    if (is_cut)
        return put_mark(c, f);
    if (d && d->type == PROTOBUF_C_TYPE_MESSAGE &&
        f->wire == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
        f->end - f->body >= WORTH_IT)
        return copy_within(c, d->descriptor, f);
    return buf_add(c->out, f->start, (size_t)(f->end - f->start));
}

/* wire_check has bounded how deep messages nest. */
static int copy(struct cutting *c, const ProtobufCMessageDescriptor *kind,
                const unsigned char *p, const unsigned char *end)
{
    struct wire_field f;
    unsigned alone = 0;
    if (kind == &onnx__tensor_proto__descriptor)
        alone = fields_alone(p, end);
    while (p < end) {
        if (wire_next(&f, &p, end))
            return -1;
        int is_cut = f.end - f.body >= WORTH_IT && alone &&
                     is_payload(&f) && alone >> f.number & 1;
        if (copy_field(c, kind, &f, is_cut))
            return -1;
    }
    return 0;
}

int payload_cut(struct buf *out, struct payloads *p, const struct file_map *m,
                struct prune_error *err)
{
    struct cutting c = {.out = out, .p = p, .start = m->data};
    out->ceiling = MOST;
    if (!copy(&c, &onnx__model_proto__descriptor, m->data,
              m->data + m->size))
        return 0;
    if (out->bad && out->size > MOST / 2)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "too much beside the weights for one message; save "
                       "the weights as raw data or as external data");
    return err_memory(err, "a model");
}

/* --- every tensor ------------------------------------------------------ */

static int each(ProtobufCMessage *m, payload_tensor_f *f, void *payload);

static int each_of_field(ProtobufCMessage *m,
                         const ProtobufCFieldDescriptor *d,
                         payload_tensor_f *f, void *payload)
{
    char *base = (char *)m;
    int stop = 0;
    if (d->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t n;
        ProtobufCMessage **list;
        memcpy(&n, base + d->quantifier_offset, sizeof n);
        memcpy(&list, base + d->offset, sizeof list);
        for (size_t i = 0; !stop && i < n; i++)
            stop = each(list[i], f, payload);
        return stop;
    }
    ProtobufCMessage *one;
    int chosen;
    if (d->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        memcpy(&chosen, base + d->quantifier_offset, sizeof chosen);
        if ((uint32_t)chosen != d->id)
            return 0;
    }
    memcpy(&one, base + d->offset, sizeof one);
    return one ? each(one, f, payload) : 0;
}

static int each(ProtobufCMessage *m, payload_tensor_f *f, void *payload)
{
    const ProtobufCMessageDescriptor *kind = m->descriptor;
    if (kind == &onnx__tensor_proto__descriptor)
        return f(payload, (Onnx__TensorProto *)m);
    int stop = 0;
    for (unsigned i = 0; !stop && i < kind->n_fields; i++)
        if (kind->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            stop = each_of_field(m, &kind->fields[i], f, payload);
    return stop;
}

int payload_each(Onnx__ModelProto *model, payload_tensor_f *f, void *payload)
{
    return each(&model->base, f, payload);
}

/* --- and in again ------------------------------------------------------ */

struct hanging {
    struct payloads *p;
    const struct file_map *m;
    ProtobufCAllocator *a;
    struct prune_error *err;
};

static int note(struct payloads *p, Onnx__TensorProto *t, uint32_t field)
{
    void *array = p->loans;
    if (more(&array, p->n_loans, &p->room_loans, sizeof *p->loans))
        return -1;
    p->loans = array;
    p->loans[p->n_loans++] = (struct payload_loan){
        .tensor = t, .field = field, .n_external = t->n_external_data};
    return 0;
}

static void set_list(Onnx__TensorProto *t, uint32_t field, const void *data,
                     size_t size)
{
    if (field == FLOATS) {
        t->float_data = (float *)(uintptr_t)data;
        t->n_float_data = size / sizeof(float);
    } else if (field == DOUBLES) {
        t->double_data = (double *)(uintptr_t)data;
        t->n_double_data = size / sizeof(double);
    } else {
        t->has_raw_data = data != NULL;
        t->raw_data.data = (uint8_t *)(uintptr_t)data;
        t->raw_data.len = size;
    }
}

static int hang(struct hanging *h, Onnx__TensorProto *t, uint64_t index)
{
    const struct payload_span *s = &h->p->spans[index];
    const unsigned char *data = h->m->data + s->at;
    if ((uintptr_t)data % item_of(s->field) == 0) {
        if (note(h->p, t, s->field))
            return err_memory(h->err, "a model");
        set_list(t, s->field, data, s->size);
        return 0;
    }
    void *own = h->a->alloc(h->a->allocator_data, s->size);
    if (!own)
        return err_memory(h->err, "a model");
    memcpy(own, data, s->size);
    set_list(t, s->field, own, s->size);
    return 0;
}

/* The marks go, other unknown fields stay in their order. */
static int hang_tensor(void *payload, Onnx__TensorProto *t)
{
    struct hanging *h = payload;
    unsigned kept = 0, n = t->base.n_unknown_fields;
    int rc = 0;
    for (unsigned i = 0; i < n; i++) {
        ProtobufCMessageUnknownField *u = &t->base.unknown_fields[i];
        uint64_t index = 0;
        if (u->tag != WIRE_MARK) {
            t->base.unknown_fields[kept++] = *u;
            continue;
        }
        memcpy(&index, u->data, sizeof index);
        h->a->free(h->a->allocator_data, u->data);
        if (!rc)
            rc = hang(h, t, index);
    }
    t->base.n_unknown_fields = kept;
    return rc;
}

int payload_hang(struct payloads *p, Onnx__ModelProto *model,
                 const struct file_map *m, ProtobufCAllocator *a,
                 struct prune_error *err)
{
    struct hanging h = {.p = p, .m = m, .a = a, .err = err};
    return payload_each(model, hang_tensor, &h);
}

int payload_lend(struct payloads *p, Onnx__TensorProto *t,
                 const void *data, size_t size, struct prune_error *err)
{
    if (note(p, t, RAW))
        return err_memory(err, "a model");
    set_list(t, RAW, data, size);
    t->n_external_data = 0;
    t->has_data_location = 0;
    t->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT;
    return 0;
}

void payload_return(struct payloads *p)
{
    for (size_t i = 0; i < p->n_loans; i++) {
        set_list(p->loans[i].tensor, p->loans[i].field, NULL, 0);
        p->loans[i].tensor->n_external_data = p->loans[i].n_external;
    }
    mem_free(p->loans);
    mem_free(p->spans);
    *p = (struct payloads){0};
}
