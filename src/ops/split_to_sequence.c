#include "base/alloc.h"
#include "ops/sequences.h"

/* An axis taken apart into a sequence: into single positions (whose axis
 * goes unless keepdims says otherwise), into parts of one size of which the
 * last may be smaller, or into parts of sizes told one by one. */

struct parts {
    int axis;
    int64_t total;             /* positions */
    int64_t n;                 /* parts */
    int64_t each;              /* of one size when `sizes` is NULL */
    const struct tensor *sizes;
};

static int64_t part_size(const struct parts *p, int64_t i, int64_t from)
{
    int64_t left = p->total - from;

    if (p->sizes)
        return tensor_int(p->sizes, i);
    return p->each < left ? p->each : left;
}

static int check_sizes(struct host_call *c, struct parts *p,
                       struct prune_error *err)
{
    int64_t left = p->total;

    p->n = tensor_numel(p->sizes);
    for (int64_t i = 0; i < p->n; i++) {
        int64_t size = tensor_int(p->sizes, i);
        if (size < 0 || size > left)
            return host_bad(c, err, "a part of %lld positions of %lld",
                            (long long)size, (long long)p->total);
        left -= size;
    }
    return left ? host_bad(c, err, "its parts do not make up %lld positions",
                           (long long)p->total)
                : 0;
}

static int find_parts(struct host_call *c, const struct tensor *x,
                      struct parts *p, struct prune_error *err)
{
    const struct tensor *split = host_in(c, 1);

    p->axis = shape_axis(x->shape.rank, node_int(c->node, "axis", 0));
    if (p->axis < 0)
        return host_bad(c, err, "its axis lies outside its input");
    p->total = x->shape.dims[p->axis];
    p->each = 1;
    if (split && split->shape.rank > 0) {
        p->sizes = split;
        return check_sizes(c, p, err);
    }
    if (split)
        p->each = tensor_int(split, 0);
    if (p->each < 1)
        return host_bad(c, err, "parts of %lld positions",
                        (long long)p->each);
    p->n = p->total / p->each + (p->total % p->each != 0);
    return 0;
}

/* Positions from … from+n-1 along an axis that stays. */
static int take(struct tensor **out, const struct tensor *x, int axis,
                int64_t from, int64_t n, struct prune_error *err)
{
    int64_t *keep = mem_calloc((size_t)n, sizeof *keep);
    int e;

    if (!keep)
        return err_memory(err, "a part");
    for (int64_t i = 0; i < n; i++)
        keep[i] = from + i;
    e = tensor_take(out, x, axis, keep, n, err);
    mem_free(keep);
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct datum **items, *made = NULL;
    struct parts p = {0};
    int64_t from = 0;
    int squeeze, e = x ? find_parts(c, x, &p, err) : PRUNE_E_INPUT;

    if (e)
        return e;
    squeeze = !host_in(c, 1) && !node_int(c->node, "keepdims", 1);
    items = mem_calloc((size_t)p.n, sizeof(struct datum *));
    if (!items)
        return err_memory(err, "a sequence");
    for (int64_t i = 0; !e && i < p.n; i++) {
        struct tensor *part = NULL;
        int64_t size = part_size(&p, i, from);
        e = squeeze ? ops_take_slab(&part, x, p.axis, from, err)
                    : take(&part, x, p.axis, from, size, err);
        if (!e)
            e = datum_tensor(&items[i], part, err);
        from += size;
    }
    if (!e)
        e = datum_sequence(&made, items, p.n, err);
    ops_drop(items, p.n);
    mem_free(items);
    return e ? e : host_set(c, 0, made);
}

const struct op op_split_to_sequence = {
    .name = "SplitToSequence",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 2,
    .host = host,
};
