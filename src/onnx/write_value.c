#include <string.h>

#include "onnx/write_parts.h"

/* Initializers and declarations. */

Onnx__TensorProto *onnx_put_initializer(struct writing *w,
                                        const struct value *v)
{
    const Onnx__TensorProto *old = v->origin;
    int renamed = old && strcmp(onnx_text(old->name), v->name);
    if (old && !renamed && !v->changed)
        return (Onnx__TensorProto *)(uintptr_t)old;
    Onnx__TensorProto *p = arena_calloc(&w->arena, 1, sizeof *p);
    if (!p)
        return NULL;
    if (v->changed || !old)
        onnx_put_tensor(p, old, v->constant);
    else
        *p = *old;
    p->name = (char *)(uintptr_t)v->name;
    return p;
}

/* Some protobuf readers want every size of a shape to be there, so that an
 * unknown one is an empty message. */
static int put_dims(struct writing *w, Onnx__TensorShapeProto *out,
                    const struct shape *s)
{
    size_t n = (size_t)s->rank;
    Onnx__TensorShapeProto__Dimension *dims =
        arena_calloc(&w->arena, n, sizeof *dims);
    out->dim = arena_calloc(&w->arena, n, sizeof *out->dim);
    if (!dims || !out->dim)
        return -1;
    out->n_dim = n;
    for (size_t i = 0; i < n; i++) {
        onnx__tensor_shape_proto__dimension__init(&dims[i]);
        out->dim[i] = &dims[i];
        if (s->dims[i] < 0)
            continue;
        dims[i].value_case =
            ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        dims[i].dim_value = s->dims[i];
    }
    return 0;
}

struct info {
    Onnx__ValueInfoProto value;
    Onnx__TypeProto type;
    Onnx__TypeProto__Tensor tensor;
    Onnx__TensorShapeProto shape;
};

Onnx__ValueInfoProto *onnx_put_info(struct writing *w, const struct value *v,
                                    const Onnx__ValueInfoProto *old)
{
    const struct shape *s = v->constant           ? &v->constant->shape
                            : v->declared.rank < 0 ? &v->shape
                                                   : &v->declared;
    struct info *p = arena_calloc(&w->arena, 1, sizeof *p);
    if (!p)
        return NULL;
    onnx__value_info_proto__init(&p->value);
    onnx__type_proto__init(&p->type);
    onnx__type_proto__tensor__init(&p->tensor);
    onnx__tensor_shape_proto__init(&p->shape);
    if (old) {
        p->value.base = old->base;
        p->value.doc_string = old->doc_string;
    }
    p->value.name = (char *)(uintptr_t)v->name;
    p->value.type = &p->type;
    p->type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    p->type.tensor_type = &p->tensor;
    p->tensor.has_elem_type = 1;
    p->tensor.elem_type = (int32_t)v->dtype;
    if (s->rank >= 0) {
        p->tensor.shape = &p->shape;
        if (put_dims(w, &p->shape, s))
            return NULL;
    }
    return &p->value;
}
