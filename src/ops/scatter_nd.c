#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/places.h"
#include "ops/ties.h"

/* Blocks of input 2 are put at the places of input 0 that lists of indices,
 * along the last axis of input 1, say. */
static int check(const struct host_call *c, const struct shape *x,
                 const struct shape *at, const struct shape *updates,
                 struct prune_error *err)
{
    int lists = at->rank - 1;
    int64_t q = at->dims[lists];
    int fits = updates->rank == lists + x->rank - (int)q;

    for (int k = 0; fits && k < updates->rank; k++)
        fits = updates->dims[k] ==
               (k < lists ? at->dims[k] : x->dims[(int)q + k - lists]);
    return fits ? 0 : host_bad(c, err, "its updates do not fit the indices");
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err), *at = host_need(c, 1, err);
    const struct tensor *updates = host_need(c, 2, err);
    struct places p;
    int e;

    if (!x || !at || !updates)
        return PRUNE_E_INPUT;
    if ((e = ops_list_places(&p, c, &x->shape, at, 0, err)))
        return e;
    e = check(c, &x->shape, &at->shape, &updates->shape, err);
    if (!e)
        e = ops_host_scatter(c, &p, err);
    mem_free(p.at);
    return e;
}

const struct op op_scatter_nd = {
    .name = "ScatterND",
    .domain = "",
    .since = 11,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = ops_infer_same,
    .couple = ops_couple_moved,
    .host = host,
};
