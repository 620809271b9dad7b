#include <string.h>

#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* The whole tensor so many times along each axis as input 1 says. */
static int out_shape(struct shape *out, const struct node *n,
                     const struct shape *x, const struct ints *repeats,
                     struct prune_error *err)
{
    *out = *x;
    if (repeats->n != x->rank)
        return ops_bad(n, err, "%lld counts for %d axes",
                       (long long)repeats->n, x->rank);
    for (int k = 0; k < x->rank; k++) {
        if (repeats->at[k] < 0)
            return ops_bad(n, err, "a negative count");
        out->dims[k] = ops_times(x->dims[k], repeats->at[k]);
    }
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct ints repeats;
    struct shape out;
    int e;

    if (!ops_in_ints(g, n, 1, &repeats))
        return ops_out_late(g, n);
    e = out_shape(&out, n, &x->shape, &repeats, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    struct ints repeats;
    int e = 0;

    couple_plain_all(c, n->inputs[1]);
    if (ops_couple_ints(c, g, n))
        return 0;
    if (!ops_in_ints(g, n, 1, &repeats))
        return ops_couple_frozen(c, g, n, "repeats channels", err);
    for (int k = 0; !e && k < repeats.n; k++) {
        if (repeats.at[k] == 1 || couple_is_plain(c, n->inputs[0], k))
            e = ops_tie(c, n->inputs[0], k, n->outputs[0], k, err);
        else
            e = ops_freeze_live(c, g, n, k, "repeats channels", err);
    }
    return e;
}

enum { MAX_JOINED = 64 };

/* One axis after the other, each a concatenation of the same with itself. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct shape shape = node_in(g, n, 0)->shape;
    struct prim p = {.kind = &prim_concat}, view = {.kind = &prim_view};
    int in[MAX_JOINED], slot = lower_in(l, n, 0), e = 0;
    struct ints repeats;

    if (!ops_in_ints(g, n, 1, &repeats))
        return lower_refuse(n, err, "its counts come from the data");
    for (int k = 0; k < repeats.n; k++)
        if (repeats.at[k] < 1 || repeats.at[k] > MAX_JOINED)
            return lower_refuse(n, err, "%lld times",
                                (long long)repeats.at[k]);
    for (int k = 0; !e && k < repeats.n; k++) {
        if (repeats.at[k] == 1)
            continue;
        for (int64_t i = 0; i < repeats.at[k]; i++)
            in[i] = slot;
        shape.dims[k] *= repeats.at[k];
        p.concat.axis = k;
        if ((slot = lower_temp(l, &shape, err)) < 0)
            return slot;
        e = lower_add(l, n, p, in, (int)repeats.at[k], slot, err);
    }
    return e ? e
             : lower_add(l, n, view, &slot, 1, lower_out(l, n, 0), err);
}

struct tiling {
    const struct shape *x;
    const struct ints *repeats;
    size_t item;
};

/* Bytes of the output that stand for one position of the axis before. */
static size_t bytes_from(const struct tiling *t, int axis)
{
    size_t size = t->item;

    for (int k = axis; k < t->x->rank; k++)
        size *= (size_t)t->x->dims[k] * (size_t)t->repeats->at[k];
    return size;
}

/* Writes the axes from `axis` on once, then copies that as often as is
 * wanted; gives where in the input it has got to. */
static const unsigned char *tile(unsigned char *to, const unsigned char *from,
                                 const struct tiling *t, int axis)
{
    size_t whole, once, inner;

    if (axis == t->x->rank) {
        memcpy(to, from, t->item);
        return from + t->item;
    }
    whole = bytes_from(t, axis);
    once = whole / (size_t)t->repeats->at[axis];
    inner = bytes_from(t, axis + 1);
    if (inner == t->item) {
        memcpy(to, from, once);
        from += once;
    } else {
        for (int64_t i = 0; i < t->x->dims[axis]; i++)
            from = tile(to + (size_t)i * inner, from, t, axis + 1);
    }
    for (size_t done = once; done < whole; done += once)
        memcpy(to + done, to, once);
    return from;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct ints repeats;
    struct shape shape;
    struct tensor *out;
    int e = x ? ops_host_list(c, NULL, 1, &repeats, err) : PRUNE_E_INPUT;

    if (e >= 0)
        e = out_shape(&shape, c->node, &x->shape, &repeats, err);
    if (!e)
        e = host_out(c, 0, x->dtype, &shape, &out, err);
    if (e || !out->size)
        return e;
    (void)tile(out->data, x->data,
               &(struct tiling){&x->shape, &repeats, dtype_size(x->dtype)},
               0);
    return 0;
}

const struct op op_tile = {
    .name = "Tile",
    .domain = "",
    .since = 6,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};
