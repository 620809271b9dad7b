#include "onnx/external.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "onnx/onnx.h"
#include "onnx/parts.h"

enum { MOST_FILES = 1 << 16 };

/* What a tensor's entries say. */
struct place {
    const char *location;
    uint64_t offset, length;
    int has_length;
};

struct hanging {
    struct sides *s;
    struct payloads *p;
    struct names index; /* location -> index in s */
    const char *folder;
    struct prune_error *err;
};

static int bad(const Onnx__TensorProto *t, struct prune_error *err,
               const char *what)
{
    return err_set(err, PRUNE_E_INPUT, "tensor '%s': its external data %s",
                   onnx_text(t->name), what);
}

/* Digits alone; -1 for anything else. */
static int number(uint64_t *out, const char *s)
{
    char *end = NULL;
    if (*s < '0' || *s > '9')
        return -1;
    errno = 0;
    unsigned long long n = strtoull(s, &end, 10);
    if (errno || *end)
        return -1;
    *out = n;
    return 0;
}

/* A plain relative path. "./a" is what some exporters write. */
static int is_plain(const char *path)
{
    if (*path == '/' || strchr(path, '\\'))
        return 0;
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        size_t n = strcspn(at, "/");
        if (!n || (n == 2 && !strncmp(at, "..", 2)))
            return 0;
    }
    return 1;
}

/* Bytes that the tensor's sizes ask for; -1 when that is not known. */
static int64_t bytes_of(const Onnx__TensorProto *t)
{
    size_t item = t->data_type < 0 ? 0
                                   : dtype_size((enum dtype)t->data_type);
    int64_t n = 1, bytes;
    for (size_t i = 0; i < t->n_dims; i++)
        if (t->dims[i] < 0 || __builtin_mul_overflow(n, t->dims[i], &n))
            return -1;
    return !item || __builtin_mul_overflow(n, (int64_t)item, &bytes) ? -1
                                                                     : bytes;
}

/* Other keys ("checksum", what newer tools add) say nothing about where the
 * bytes are. */
static int read_place(struct place *out, const Onnx__TensorProto *t,
                      struct prune_error *err)
{
    struct place p = {0};
    for (size_t i = 0; i < t->n_external_data; i++) {
        const char *key = onnx_text(t->external_data[i]->key);
        const char *value = onnx_text(t->external_data[i]->value);
        if (!strcmp(key, "location"))
            p.location = value;
        else if (!strcmp(key, "offset") && number(&p.offset, value))
            return bad(t, err, "has an offset that is no number");
        else if (!strcmp(key, "length")) {
            p.has_length = 1;
            if (number(&p.length, value))
                return bad(t, err, "has a length that is no number");
        }
    }
    if (!p.location || !*p.location)
        return bad(t, err, "names no file");
    if (!is_plain(p.location))
        return err_set(err, PRUNE_E_INPUT,
                       "tensor '%s': its external data lies in '%s', which "
                       "is no path within the model's folder; put the file "
                       "beside the model and name it so",
                       onnx_text(t->name), p.location);
    p.location += 2 * !strncmp(p.location, "./", 2);
    int64_t wanted = bytes_of(t);
    if (!p.has_length && wanted >= 0) {
        p.has_length = 1;
        p.length = (uint64_t)wanted;
    }
    *out = p;
    return 0;
}

static int room_for_one(struct sides *s)
{
    if (s->n < s->room)
        return 0;
    size_t want = s->room ? 2 * s->room : 8;
    void *maps = mem_array(s->maps, want, sizeof *s->maps);
    if (maps)
        s->maps = maps;
    void *names = maps ? mem_array(s->names, want, sizeof *s->names) : NULL;
    if (!names)
        return -1;
    s->names = names;
    s->room = want;
    return 0;
}

static int open_side(struct hanging *h, const Onnx__TensorProto *t,
                     const char *location, size_t *out)
{
    struct sides *s = h->s;
    if (s->n >= MOST_FILES)
        return bad(t, h->err, "is one more file than the 65536 allowed");
    char *name = room_for_one(s) ? NULL : mem_strdup(location);
    if (!name || names_put(&h->index, name, (int)s->n)) {
        mem_free(name);
        return err_memory(h->err, "a model");
    }
    struct file_map m = {0};
    int rc = file_map_below(&m, h->folder, location, h->err);
    if (rc) {
        /* The index still points to the name: it is not used again. */
        mem_free(name);
        err_prefix(h->err, "tensor '%s': its external data lies in '%s'; put "
                           "that file beside the model",
                   onnx_text(t->name), location);
        return rc;
    }
    s->names[s->n] = name;
    s->maps[s->n] = m;
    *out = s->n++;
    return 0;
}

static int find_side(struct hanging *h, const Onnx__TensorProto *t,
                     const char *location, size_t *out)
{
    int at = names_get(&h->index, location);
    if (!h->folder)
        return bad(t, h->err, "lies in another file, which is not at hand here: "
                         "read the model by its path, or save it as one "
                         "file");
    if (at < 0)
        return open_side(h, t, location, out);
    *out = (size_t)at;
    return 0;
}

static int hang_span(struct hanging *h, Onnx__TensorProto *t,
                     const struct place *where, const struct file_map *m)
{
    struct place p = *where;
    if (!p.has_length && p.offset <= m->size)
        p.length = m->size - p.offset;
    if (p.offset > m->size || p.length > m->size - p.offset)
        return err_set(h->err, PRUNE_E_INPUT,
                       "tensor '%s': bytes %" PRIu64 " and %" PRIu64
                       " more are wanted of '%s', which has %zu; is it the "
                       "file of this model, and whole?",
                       onnx_text(t->name), p.offset, p.length, p.location,
                       m->size);
    return payload_lend(h->p, t, m->data + p.offset, p.length, h->err);
}

static int hang_tensor(void *payload, Onnx__TensorProto *t)
{
    struct hanging *h = payload;
    struct place p;
    size_t side;
    if (t->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return 0;
    if (t->raw_data.data)
        return bad(t, h->err, "comes beside values in the model: it gives them "
                         "twice");
    int rc = read_place(&p, t, h->err);
    if (!rc)
        rc = find_side(h, t, p.location, &side);
    return rc ? rc : hang_span(h, t, &p, &h->s->maps[side]);
}

int external_hang(struct sides *s, struct payloads *p,
                  Onnx__ModelProto *model, const char *folder,
                  struct prune_error *err)
{
    struct hanging h = {.s = s, .p = p, .folder = folder, .err = err};
    int rc = payload_each(model, hang_tensor, &h);
    names_done(&h.index);
    return rc;
}

void external_done(struct sides *s)
{
    for (size_t i = 0; i < s->n; i++) {
        file_unmap(&s->maps[i]);
        mem_free(s->names[i]);
    }
    mem_free(s->maps);
    mem_free(s->names);
    *s = (struct sides){0};
}

/* --- what is asked for ------------------------------------------------- */

struct listing {
    struct onnx_external *list;
    size_t n, room;
    struct names index; /* file -> index in list */
    struct prune_error *err;
};

static int add_file(struct listing *l, const char *location, size_t *out)
{
    int at = names_get(&l->index, location);
    if (at >= 0) {
        *out = (size_t)at;
        return 0;
    }
    if (l->n == l->room) {
        size_t want = l->room ? 2 * l->room : 8;
        void *p = mem_array(l->list, want, sizeof *l->list);
        if (!p)
            return err_memory(l->err, "a list of files");
        l->list = p;
        l->room = want;
    }
    char *name = mem_strdup(location);
    if (!name || names_put(&l->index, name, (int)l->n)) {
        mem_free(name);
        return err_memory(l->err, "a list of files");
    }
    l->list[l->n] = (struct onnx_external){.file = name};
    *out = l->n++;
    return 0;
}

static int list_tensor(void *payload, Onnx__TensorProto *t)
{
    struct listing *l = payload;
    struct place p;
    size_t at;
    uint64_t end;
    if (t->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return 0;
    int rc = read_place(&p, t, l->err);
    if (!rc && (__builtin_add_overflow(p.offset, p.length, &end) ||
                end > INT64_MAX))
        rc = bad(t, l->err, "lies behind the end of any file");
    if (!rc)
        rc = add_file(l, p.location, &at);
    if (!rc && (int64_t)end > l->list[at].bytes)
        l->list[at].bytes = (int64_t)end;
    return rc;
}

int onnx_external_list(struct onnx_external **out, size_t *n,
                       const char *path, struct prune_error *err)
{
    struct file_map m = {0};
    struct listing l = {.err = err};
    struct onnx_origin *o = NULL;
    int rc = file_map(&m, path, 0, err);
    if (rc)
        return rc;
    rc = onnx_origin_open(&o, &m, err);
    if (!rc)
        rc = payload_each(o->unpacked, list_tensor, &l);
    else
        file_unmap(&m);
    onnx_origin_unref(o);
    names_done(&l.index);
    if (rc) {
        err_prefix(err, "%s", path);
        onnx_external_free(l.list, l.n);
        return rc;
    }
    *out = l.list;
    *n = l.n;
    return 0;
}

void onnx_external_free(struct onnx_external *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mem_free(list[i].file);
    mem_free(list);
}
