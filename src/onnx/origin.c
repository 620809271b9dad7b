#include "base/alloc.h"
#include "onnx/parts.h"

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
    onnx__model_proto__free_unpacked(o->model, &a);
    mem_free(o);
}

void onnx_origin_unref(void *origin)
{
    struct onnx_origin *o = origin;
    if (o && --o->base.refs == 0)
        free_origin(&o->base);
}

int onnx_origin_new(struct onnx_origin **out, const void *data, size_t size,
                    struct prune_error *err)
{
    int failed = 0;
    ProtobufCAllocator a = {.alloc = take, .free = give,
                            .allocator_data = &failed};
    struct onnx_origin *o = mem_new(sizeof *o);
    if (!o)
        return err_memory(err, "a model");
    o->model = onnx__model_proto__unpack(&a, size, data);
    if (!o->model) {
        mem_free(o);
        return failed ? err_memory(err, "a model")
                      : err_set(err, PRUNE_E_INPUT,
                                "damaged: a field is not of the type that "
                                "ONNX gives it");
    }
    o->base.refs = 1;
    o->base.free = free_origin;
    *out = o;
    return 0;
}
