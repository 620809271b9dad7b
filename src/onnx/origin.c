#include "base/alloc.h"
#include "onnx/functions.h"
#include "onnx/parts.h"
#include "onnx/wire.h"

/* protobuf-c's memory comes from base/alloc.h, so that its failures can be
 * injected; what may be weights is aligned for kernels. */
enum { WEIGHTS = 256 };

static void *take(void *failed, size_t size)
{
    void *p = size < WEIGHTS ? mem_calloc(1, size) : mem_aligned(1, size);
    if (!p && failed)
        *(int *)failed = 1;
    return p;
}

static void give(void *failed, void *p)
{
    (void)failed;
    mem_free(p);
}

static void free_origin(struct origin *base)
{
    struct onnx_origin *o = (struct onnx_origin *)base;
    ProtobufCAllocator a = {.alloc = take, .free = give};
    payload_return(&o->payloads);
    if (o->unpacked)
        onnx__model_proto__free_unpacked(o->unpacked, &a);
    arena_done(&o->arena);
    external_done(&o->sides);
    file_unmap(&o->file);
    mem_free(o);
}

void onnx_origin_unref(void *origin)
{
    struct onnx_origin *o = origin;
    if (o && --o->base.refs == 0)
        free_origin(&o->base);
}

static int holds(const struct file_map *m, const void *bytes)
{
    uintptr_t start = (uintptr_t)m->data, at = (uintptr_t)bytes;
    return at >= start && at - start < m->size;
}

const struct file_map *onnx_origin_map(const struct onnx_origin *o,
                                       const void *bytes)
{
    if (holds(&o->file, bytes))
        return &o->file;
    for (size_t i = 0; i < o->sides.n; i++)
        if (holds(&o->sides.maps[i], bytes))
            return &o->sides.maps[i];
    return NULL;
}

static int unpack(struct onnx_origin *o, const struct file_map *file,
                  struct prune_error *err)
{
    int failed = 0;
    ProtobufCAllocator a = {.alloc = take, .free = give,
                            .allocator_data = &failed};
    struct buf small = {0};
    int rc = wire_check(&onnx__model_proto__descriptor, file->data,
                        file->size, err);
    if (!rc)
        rc = payload_cut(&small, &o->payloads, file, err);
    if (!rc) {
        o->unpacked = onnx__model_proto__unpack(
            &a, small.size, (const uint8_t *)small.data);
        if (!o->unpacked)
            rc = failed ? err_memory(err, "a model")
                        : err_set(err, PRUNE_E_INPUT,
                                  "damaged: a field is not of the type that "
                                  "ONNX gives it");
    }
    buf_done(&small);
    o->model = o->unpacked;
    return rc ? rc : payload_hang(&o->payloads, o->unpacked, file, &a, err);
}

static struct onnx_origin *origin_start(void)
{
    struct onnx_origin *o = mem_new(sizeof *o);
    if (o) {
        o->base.refs = 1;
        o->base.free = free_origin;
    }
    return o;
}

int onnx_origin_open(struct onnx_origin **out, const struct file_map *file,
                     struct prune_error *err)
{
    struct onnx_origin *o = origin_start();
    int rc = o ? unpack(o, file, err) : err_memory(err, "a model");
    if (rc) {
        onnx_origin_unref(o);
        return rc;
    }
    o->file = *file;
    *out = o;
    return 0;
}

int onnx_origin_new(struct onnx_origin **out, const struct file_map *file,
                    const char *folder, struct prune_error *err)
{
    struct onnx_origin *o = NULL;
    int rc = onnx_origin_open(&o, file, err);
    if (rc)
        return rc;
    rc = external_hang(&o->sides, &o->payloads, o->unpacked, folder, err);
    if (!rc)
        rc = functions_expand(&o->model, &o->arena, o->unpacked, err);
    if (rc) {
        o->file = (struct file_map){0};
        onnx_origin_unref(o);
        return rc;
    }
    *out = o;
    return 0;
}
