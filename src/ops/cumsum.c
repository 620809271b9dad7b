#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/order.h"
#include "ops/ties.h"

/* Running sums along the axis that input 1 says: with what stands there or
 * (`exclusive`) up to it, from the front or (`reverse`) from the end. */

struct running {
    struct lanes l;
    int exclusive, reverse;
};

/* Sums a slab [size, inner] up in place. The same for reals and integers,
 * which wrap around. */
#define SUM_UP(type, name)                                                    \
    static void name(type *v, const struct running *r)                        \
    {                                                                         \
        int64_t step = r->reverse ? -r->l.inner : r->l.inner;                 \
        int64_t begin = r->reverse ? (r->l.size - 1) * r->l.inner : 0;        \
        for (int64_t i = 0; i < r->l.inner; i++) {                            \
            type sum = 0, *at = v + begin + i;                                \
            for (int64_t k = 0; k < r->l.size; k++) {                         \
                type x = at[k * step];                                        \
                at[k * step] = r->exclusive ? sum : sum + x;                  \
                sum += x;                                                     \
            }                                                                 \
        }                                                                     \
    }

SUM_UP(double, sum_reals)
SUM_UP(uint64_t, sum_wholes)

static void run(struct tensor *out, const struct tensor *x,
                const struct running *r, void *slab)
{
    int64_t n = r->l.size * r->l.inner;

    for (int64_t o = 0; o < r->l.outer; o++) {
        if (dtype_is_float(x->dtype)) {
            convert_to_f64(slab, x, o * n, n);
            sum_reals(slab, r);
            convert_from_f64(out, o * n, n, slab);
        } else {
            convert_to_i64(slab, x, o * n, n);
            sum_wholes(slab, r);
            convert_from_i64(out, o * n, n, slab);
        }
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct running r = {
        .exclusive = node_int(c->node, "exclusive", 0) != 0,
        .reverse = node_int(c->node, "reverse", 0) != 0,
    };
    struct tensor *out;
    struct ints at;
    void *slab;
    int axis, e = x ? ops_host_list(c, NULL, 1, &at, err) : PRUNE_E_INPUT;

    if (e < 0)
        return e;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "there are no sums of %s",
                           dtype_name(x->dtype));
    if (e != 1 || at.n != 1)
        return host_bad(c, err, "its axis is no single integer");
    if ((e = ops_axis_of(c->node, x->shape.rank, at.at[0], &axis, err)))
        return e;
    if ((e = host_out(c, 0, x->dtype, &x->shape, &out, err)) || !out->size)
        return e;
    r.l = ops_lanes(&x->shape, axis);
    slab = mem_array(NULL, (size_t)(r.l.size * r.l.inner), sizeof(double));
    if (!slab)
        return err_memory(err, "sums");
    run(out, x, &r, slab);
    mem_free(slab);
    return 0;
}

/* Channels that are summed up belong together; others go through. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    struct ints at;
    int axis, e;

    couple_plain_all(c, n->inputs[1]);
    if (ops_couple_ints(c, g, n))
        return 0;
    if (!ops_in_ints(g, n, 1, &at) || at.n != 1)
        return ops_couple_frozen(c, g, n, "sums along an axis", err);
    if ((e = ops_axis(g, n, at.at[0], &axis, err)))
        return e;
    e = ops_tie_others(c, g, n, 0, 0, axis, err);
    if (!e && couple_is_plain(c, n->inputs[0], axis))
        couple_plain(c, n->outputs[0], axis);
    else if (!e)
        e = ops_freeze_live(c, g, n, axis, "sums channels up", err);
    return e;
}

const struct op op_cumsum = {
    .name = "CumSum",
    .domain = "",
    .since = 11,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_same,
    .couple = couple,
    .host = host,
};
