#include "ops/floats.h"

#include "graph/convert.h"

int ops_floats_of(struct tensor **out, const struct host_call *c,
                  const struct tensor *t, struct prune_error *err)
{
    if (!convert_can(t->dtype))
        return host_refuse(c, err, "not of %s", dtype_name(t->dtype));
    return convert_tensor(out, (struct tensor *)(uintptr_t)t, DTYPE_F32, err);
}

int ops_floats_in(struct tensor **out, const struct host_call *c, int i,
                  struct prune_error *err)
{
    const struct tensor *t = host_in(c, i);
    *out = NULL;
    return t ? ops_floats_of(out, c, t, err) : 0;
}

int ops_floats_out(struct tensor **out, struct host_call *c, int i,
                   enum dtype dtype, const struct shape *shape,
                   struct prune_error *err)
{
    struct tensor *t = NULL;
    if (dtype != DTYPE_F32)
        return tensor_new(out, DTYPE_F32, shape, err);
    int e = host_out(c, i, dtype, shape, &t, err);
    if (!e)
        *out = tensor_ref(t);
    return e;
}

int ops_floats_give(struct host_call *c, int i, struct tensor *t,
                    enum dtype dtype, struct prune_error *err)
{
    struct tensor *made = NULL;
    int e = 0;
    if (dtype != DTYPE_F32)
        e = convert_tensor(&made, t, dtype, err);
    tensor_unref(t);
    if (!e && made)
        e = host_set_tensor(c, i, made, err);
    return e;
}
