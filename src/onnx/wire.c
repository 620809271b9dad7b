#include "onnx/wire.h"

#include <string.h>

enum {
    MAX_DEPTH = 64,
    MAX_FIELDS = 1 << 24,   /* protobuf-c takes some 40 bytes for each */
    MAX_MESSAGES = 1 << 21, /* and up to 300 for each of these */
};

struct walk {
    const unsigned char *start;
    const unsigned char *at; /* where the walk stands, for the message */
    long fields, messages;
    int begun;        /* a first field was what it ought to be */
    const char *what; /* what is wrong, once the walk failed */
};

static int fail(struct walk *w, const unsigned char *at, const char *what)
{
    w->at = at;
    w->what = what;
    return -1;
}

/* A base-128 number of at most ten bytes at *p, which moves on. */
static int varint(struct walk *w, const unsigned char **p,
                  const unsigned char *end, uint64_t *out)
{
    const unsigned char *at = *p;
    uint64_t n = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (*p == end)
            return fail(w, at, "the end comes in the middle of a number");
        unsigned char c = *(*p)++;
        n |= (uint64_t)(c & 0x7f) << (shift > 63 ? 63 : shift);
        if (!(c & 0x80)) {
            *out = n;
            return 0;
        }
    }
    return fail(w, at, "a number is too long");
}

const ProtobufCFieldDescriptor *wire_find(
    const ProtobufCMessageDescriptor *kind, uint64_t number)
{
    for (unsigned i = 0; i < kind->n_fields; i++)
        if (kind->fields[i].id == number)
            return &kind->fields[i];
    return NULL;
}

static int message(struct walk *w, const ProtobufCMessageDescriptor *kind,
                   const unsigned char *p, const unsigned char *end,
                   int depth);

/* The inside of a field that has a length. */
static int body(struct walk *w, const ProtobufCFieldDescriptor *f,
                const unsigned char *p, const unsigned char *end, int depth)
{
    if (!f || f->type == PROTOBUF_C_TYPE_MESSAGE ||
        f->type == PROTOBUF_C_TYPE_STRING ||
        f->type == PROTOBUF_C_TYPE_BYTES)
        w->messages++;
    if (w->messages > MAX_MESSAGES)
        return fail(w, p, "it has too many parts");
    if (f && f->type == PROTOBUF_C_TYPE_STRING &&
        memchr(p, 0, (size_t)(end - p)))
        return fail(w, p, "a text holds a NUL");
    if (f && f->type == PROTOBUF_C_TYPE_MESSAGE)
        return message(w, f->descriptor, p, end, depth + 1);
    return 0;
}

/* What follows a tag; *p moves behind it, *from is where it begins. */
static int content(struct walk *w, unsigned wire, const unsigned char **from,
                   const unsigned char **p, const unsigned char *end)
{
    const unsigned char *at = *p;
    uint64_t n = 0;
    *from = *p;
    switch (wire) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return varint(w, p, end, &n);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        n = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        n = 4;
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        if (varint(w, p, end, &n))
            return -1;
        break;
    default:
        return fail(w, at, "a field is of no known form");
    }
    if (n > (uint64_t)(end - *p))
        return fail(w, at, "a length runs past the end");
    *from = *p;
    *p += n;
    return 0;
}

int wire_next(struct wire_field *out, const unsigned char **p,
              const unsigned char *end)
{
    struct walk w = {0};
    uint64_t tag = 0;
    out->start = *p;
    if (varint(&w, p, end, &tag))
        return -1;
    out->number = (uint32_t)(tag >> 3);
    out->wire = (unsigned)(tag & 7);
    int rc = content(&w, out->wire, &out->body, p, end);
    out->end = *p;
    return rc;
}

/* Whether a model may begin with this field: random bytes rarely do. */
static int may_begin(const ProtobufCFieldDescriptor *f, unsigned wire)
{
    int has_length = f && (f->type == PROTOBUF_C_TYPE_MESSAGE ||
                           f->type == PROTOBUF_C_TYPE_STRING);
    return f && wire == (has_length ? PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED
                                    : PROTOBUF_C_WIRE_TYPE_VARINT);
}

static int is_single_message(const ProtobufCFieldDescriptor *f)
{
    return f && f->type == PROTOBUF_C_TYPE_MESSAGE &&
           f->label != PROTOBUF_C_LABEL_REPEATED && f->id < 64;
}

static int message(struct walk *w, const ProtobufCMessageDescriptor *kind,
                   const unsigned char *p, const unsigned char *end,
                   int depth)
{
    uint64_t seen = 0; /* messages that may stand once, by number */
    if (depth > MAX_DEPTH)
        return fail(w, p, "it is nested too deep");
    while (p < end) {
        const unsigned char *at = p;
        uint64_t tag = 0;
        if (varint(w, &p, end, &tag))
            return -1;
        const ProtobufCFieldDescriptor *f = wire_find(kind, tag >> 3);
        if (tag >> 3 == 0 || tag >> 3 >= WIRE_MARK)
            return fail(w, at, "a field has no possible number");
        if (!w->begun && !may_begin(f, (unsigned)(tag & 7)))
            return fail(w, at, "no model begins so");
        w->begun = 1;
        if (++w->fields > MAX_FIELDS)
            return fail(w, at, "it has too many parts");
        if (is_single_message(f)) {
            if (seen >> f->id & 1)
                return fail(w, at, "a part stands there twice");
            seen |= (uint64_t)1 << f->id;
        }
        const unsigned char *from;
        unsigned wire = (unsigned)(tag & 7);
        if (content(w, wire, &from, &p, end))
            return -1;
        if (wire == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
            body(w, f, from, p, depth))
            return -1;
    }
    return 0;
}

int wire_check(const ProtobufCMessageDescriptor *kind, const void *data,
               size_t size, struct prune_error *err)
{
    struct walk w = {.start = data};
    const unsigned char *p = data;
    if (!size)
        return err_set(err, PRUNE_E_INPUT, "not an ONNX file: it is empty");
    if (!message(&w, kind, p, p + size, 0))
        return 0;
    if (!w.begun)
        return err_set(err, PRUNE_E_INPUT,
                       "not an ONNX file: it does not begin as one");
    return err_set(err, PRUNE_E_INPUT,
                   "damaged: at byte %zu of %zu %s (was it cut short?)",
                   (size_t)(w.at - w.start), size, w.what);
}
