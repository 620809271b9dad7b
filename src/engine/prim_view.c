#include <string.h>

#include "engine/prim.h"

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct slot *in = &slots[p->in[0]], *out = &slots[p->out];
    if (in->dtype != out->dtype)
        return "input and output have different types";
    return shape_numel(&in->shape) == shape_numel(&out->shape)
               ? NULL
               : "input and output have different numbers of elements";
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    memcpy(out, in[0],
           (size_t)shape_numel(&slots[p->out].shape) *
               dtype_size(slots[p->out].dtype));
}

const struct prim_kind prim_view = {
    .name = "view",
    .min_in = 1,
    .max_in = 1,
    .any_type = 1,
    .check = check,
    .run = run,
};
