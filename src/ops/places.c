#include "ops/places.h"

#include "base/alloc.h"
#include "engine/nd.h"
#include "ops/infer.h"
#include "ops/move.h"

static int check_index(const struct host_call *c, int64_t *i, int64_t size,
                       struct prune_error *err)
{
    int64_t at = *i < 0 ? *i + size : *i;

    if (at < 0 || at >= size)
        return host_bad(c, err, "index %lld of %lld positions",
                        (long long)*i, (long long)size);
    *i = at;
    return 0;
}

static int places_new(struct places *out, const struct host_call *c,
                      const struct tensor *at, int64_t n,
                      struct prune_error *err)
{
    if (!ops_is_index(at))
        return host_bad(c, err, "indices of type %s", dtype_name(at->dtype));
    out->n = n;
    out->at = mem_array(NULL, (size_t)n, sizeof *out->at);
    return out->at ? 0 : err_memory(err, "places");
}

/* One row of indices, along their last axis. */
static int fill_row(struct places *p, const struct host_call *c,
                    const struct tensor *at, int axis, int64_t size,
                    int64_t step, int64_t first, int64_t base,
                    struct prune_error *err)
{
    int last = at->shape.rank - 1;

    for (int64_t j = 0; j < at->shape.dims[last]; j++) {
        int64_t i = tensor_int(at, first + j);
        if (check_index(c, &i, size, err))
            return PRUNE_E_INPUT;
        p->at[first + j] = base + i * step + (axis == last ? 0 : j);
    }
    return 0;
}

static int fill_elements(struct places *p, const struct host_call *c,
                         const struct shape *x, const struct tensor *at,
                         int axis, struct prune_error *err)
{
    int64_t strides[MAX_RANK] = {0}, index[MAX_RANK] = {0}, first = 0, step;
    int last = x->rank - 1, e = 0;

    ops_strides(strides, x);
    step = strides[axis];
    strides[axis] = 0;
    do {
        e = fill_row(p, c, at, axis, x->dims[axis], step, first,
                     nd_at(index, strides, last), err);
        first += at->shape.dims[last];
    } while (!e && nd_next(index, at->shape.dims, last));
    return e;
}

int ops_element_places(struct places *out, const struct host_call *c,
                       const struct shape *x, const struct tensor *at,
                       int axis, struct prune_error *err)
{
    struct places p = {.block = 1};
    int e;

    if (at->shape.rank != x->rank)
        return host_bad(c, err, "indices of %d axes for data of %d",
                        at->shape.rank, x->rank);
    for (int k = 0; k < x->rank; k++)
        if (k != axis && at->shape.dims[k] > x->dims[k])
            return host_bad(c, err, "more indices than data along axis %d",
                            k);
    e = places_new(&p, c, at, tensor_numel(at), err);
    if (!e && p.n)
        e = fill_elements(&p, c, x, at, axis, err);
    if (e)
        mem_free(p.at);
    else
        *out = p;
    return e;
}

int ops_list_places(struct places *out, const struct host_call *c,
                    const struct shape *x, const struct tensor *at, int batch,
                    struct prune_error *err)
{
    int last = at->shape.rank - 1;
    int64_t q = last >= 0 ? at->shape.dims[last] : 0, each;
    struct places p = {0};
    int e = 0;

    if (last < 0 || batch < 0 || batch > last || q > x->rank - batch)
        return host_bad(c, err, "indices that do not fit %d axes", x->rank);
    for (int k = 0; k < batch; k++)
        if (at->shape.dims[k] != x->dims[k])
            return host_bad(c, err, "indices of another batch");
    each = shape_span(&at->shape, batch, last);
    p.block = shape_span(x, batch + (int)q, x->rank);
    e = places_new(&p, c, at, shape_span(&at->shape, 0, last), err);
    for (int64_t i = 0; !e && i < p.n; i++) {
        int64_t place = i / each;
        for (int64_t k = 0; !e && k < q; k++) {
            int64_t size = x->dims[batch + k];
            int64_t one = tensor_int(at, i * q + k);
            e = check_index(c, &one, size, err);
            /* Of nothing but empty blocks there may be any number. */
            place = (int64_t)((uint64_t)place * (uint64_t)size +
                              (uint64_t)one);
        }
        p.at[i] = place;
    }
    if (e)
        mem_free(p.at);
    else
        *out = p;
    return e;
}
