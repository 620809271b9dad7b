#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "onnx/onnx.h"
#include "onnx/write_parts.h"

/* From the message to bytes and files. */

enum {
    WORTH_IT = 1024, /* bytes of a tensor that goes into a file beside */
    ALIGN = 64,      /* of tensors there */
    PIECE = 1 << 16, /* small fields are gathered to that */
};

static void writing_done(struct writing *w)
{
    names_done(&w->values);
    names_done(&w->inputs);
    names_done(&w->dead);
    arena_done(&w->arena);
}

static const Onnx__ModelProto no_model = ONNX__MODEL_PROTO__INIT;

static int writing_start(struct writing *w, Onnx__ModelProto *m,
                         const struct graph *g, struct prune_error *err)
{
    const struct onnx_origin *o = (const struct onnx_origin *)g->origin;
    *w = (struct writing){.g = g, .old = o ? o->model : &no_model};
    return onnx_put_model(w, m) ? err_memory(err, "a model") : 0;
}

int onnx_size(int64_t *out, const struct graph *g, struct prune_error *err)
{
    struct writing w;
    Onnx__ModelProto m;
    int rc = writing_start(&w, &m, g, err);
    if (!rc)
        *out = (int64_t)onnx__model_proto__get_packed_size(&m);
    writing_done(&w);
    return rc;
}

static int pack(unsigned char **out, size_t *size, const Onnx__ModelProto *m,
                struct prune_error *err)
{
    size_t n = onnx__model_proto__get_packed_size(m);
    if (n > ONNX_MOST)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "the model is larger than 2 GiB; write it to a file, "
                       "with its weights in another beside it");
    unsigned char *bytes = mem_calloc(n, 1);
    if (!bytes)
        return err_memory(err, "a model");
    *size = onnx__model_proto__pack(m, bytes);
    *out = bytes;
    return 0;
}

int onnx_write_bytes(unsigned char **out, size_t *size,
                     const struct graph *g, struct prune_error *err)
{
    struct writing w;
    Onnx__ModelProto m;
    int rc = writing_start(&w, &m, g, err);
    if (!rc)
        rc = pack(out, size, &m, err);
    writing_done(&w);
    return rc;
}

/* --- a message to a file ----------------------------------------------- */

struct sink {
    ProtobufCBuffer base; /* first: protobuf-c holds a pointer to it */
    struct file_new *file;
    struct prune_error *err;
    int rc;
    size_t n; /* of `piece` */
    unsigned char piece[PIECE];
};

static void flush(struct sink *s)
{
    if (!s->rc && s->n)
        s->rc = file_new_write(s->file, s->piece, s->n, s->err);
    s->n = 0;
}

static void append(ProtobufCBuffer *base, size_t n, const uint8_t *bytes)
{
    struct sink *s = (struct sink *)base;
    if (n > PIECE - s->n)
        flush(s);
    if (n > PIECE) {
        if (!s->rc)
            s->rc = file_new_write(s->file, bytes, n, s->err);
    } else if (n) {
        memcpy(s->piece + s->n, bytes, n);
        s->n += n;
    }
}

static int write_message(struct file_new *f, const Onnx__ModelProto *m,
                         struct prune_error *err)
{
    struct sink *s = mem_new(sizeof *s);
    if (!s)
        return err_memory(err, "a model");
    s->base.append = append;
    s->file = f;
    s->err = err;
    onnx__model_proto__pack_to_buffer(m, &s->base);
    flush(s);
    int rc = s->rc;
    mem_free(s);
    return rc;
}

/* Both files are whole before either appears; the weights come first, so
 * that a model is never without them. `data` may be NULL. */
static int write_files(const Onnx__ModelProto *m, const char *path,
                       struct file_new *data, struct prune_error *err)
{
    struct file_new f;
    int rc = file_new_open(&f, path, err);
    if (rc)
        return rc;
    rc = write_message(&f, m, err);
    if (!rc && data)
        rc = file_new_commit(data, err);
    if (!rc)
        return file_new_commit(&f, err);
    file_new_drop(&f);
    return rc;
}

/* --- weights beside it ------------------------------------------------- */

struct outside {
    struct writing *w;
    struct file_new file;
    const char *name; /* without folders */
    uint64_t at;
};

static int put_entry(struct outside *o, Onnx__TensorProto *t, const char *key,
                     const char *value)
{
    struct arena *a = &o->w->arena;
    Onnx__StringStringEntryProto *p = arena_calloc(a, 1, sizeof *p);
    if (!p)
        return -1;
    onnx__string_string_entry_proto__init(p);
    p->key = (char *)(uintptr_t)key;
    p->value = arena_strdup(a, value);
    t->external_data[t->n_external_data++] = p;
    return p->value ? 0 : -1;
}

static int put_place(struct outside *o, Onnx__TensorProto *t, size_t size)
{
    char offset[24], length[24];
    snprintf(offset, sizeof offset, "%" PRIu64, o->at);
    snprintf(length, sizeof length, "%zu", size);
    t->external_data = arena_calloc(&o->w->arena, 3,
                                    sizeof *t->external_data);
    t->has_data_location = 1;
    t->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    return !t->external_data || put_entry(o, t, "location", o->name) ||
                   put_entry(o, t, "offset", offset) ||
                   put_entry(o, t, "length", length)
               ? -1
               : 0;
}

static int write_aligned(struct outside *o, const void *bytes, size_t n,
                         struct prune_error *err)
{
    static const unsigned char none[ALIGN] = {0};
    size_t gap = (size_t)(-o->at % ALIGN);
    int rc = file_new_write(&o->file, none, gap, err);
    o->at += gap;
    return rc ? rc : file_new_write(&o->file, bytes, n, err);
}

/* A copy of an initializer whose elements lie in the file beside. Lists
 * become raw data on the way. */
static int put_outside(struct outside *o, Onnx__TensorProto **p,
                       const struct value *v, struct prune_error *err)
{
    Onnx__TensorProto *t = arena_calloc(&o->w->arena, 1, sizeof *t);
    if (!t)
        return err_memory(err, "a model");
    *t = **p;
    if (!t->has_raw_data && v->constant)
        onnx_put_tensor(t, *p, v->constant);
    ProtobufCBinaryData raw = t->raw_data;
    if (raw.len < WORTH_IT)
        return 0;
    int rc = write_aligned(o, raw.data, raw.len, err);
    if (rc)
        return rc;
    t->has_raw_data = 0;
    t->raw_data = (ProtobufCBinaryData){0};
    if (put_place(o, t, raw.len))
        return err_memory(err, "a model");
    o->at += raw.len;
    *p = t;
    return 0;
}

/* The list of initializers is the writing's own, in the order of values. */
static int put_all_outside(struct outside *o, Onnx__ModelProto *m,
                           struct prune_error *err)
{
    const struct graph *g = o->w->g;
    size_t at = 0;
    int rc = 0;
    for (int i = 0; !rc && i < g->n_values; i++)
        if (onnx_is_initializer(&g->values[i]))
            rc = put_outside(o, &m->graph->initializer[at++], &g->values[i],
                             err);
    return rc;
}

static int write_two(struct outside *o, Onnx__ModelProto *m, const char *path,
                     size_t most, struct prune_error *err)
{
    int rc = put_all_outside(o, m, err);
    if (!rc && onnx__model_proto__get_packed_size(m) > most)
        rc = err_set(err, PRUNE_E_UNSUPPORTED,
                     "the model is larger than 2 GiB without its "
                     "initializers, which no file can hold");
    return rc ? rc : write_files(m, path, &o->file, err);
}

static int write_beside(struct writing *w, Onnx__ModelProto *m,
                        const char *path, size_t most,
                        struct prune_error *err)
{
    char *name = mem_printf("%s.data", path);
    char *copy = name ? mem_strdup(name) : NULL;
    if (!copy) {
        mem_free(name);
        return err_memory(err, "a file name");
    }
    struct outside o = {.w = w, .name = basename(copy)};
    int rc = file_new_open(&o.file, name, err);
    if (!rc) {
        rc = write_two(&o, m, path, most, err);
        file_new_drop(&o.file);
    }
    mem_free(name);
    mem_free(copy);
    return rc;
}

int onnx_write_within(const struct graph *g, const char *path, size_t most,
                      struct prune_error *err)
{
    struct writing w;
    Onnx__ModelProto m;
    int rc = writing_start(&w, &m, g, err);
    if (!rc)
        rc = onnx__model_proto__get_packed_size(&m) > most
                 ? write_beside(&w, &m, path, most, err)
                 : write_files(&m, path, NULL, err);
    writing_done(&w);
    return rc;
}

int onnx_write(const struct graph *g, const char *path,
               struct prune_error *err)
{
    return onnx_write_within(g, path, ONNX_MOST, err);
}
