#include <stdlib.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/move.h"
#include "ops/order.h"
#include "ops/ties.h"

/* Each element, or each slab along an axis, once: in order or as they come
 * first. Further outputs: where each came first, which of them stands at
 * every position, and how often. */

enum { MAX_EMPTY = 1 << 20 };

/* A slab by its elements' keys. */
struct slab {
    const uint64_t *keys;
    int64_t width, at;
};

static int compare_keys(const struct slab *a, const struct slab *b)
{
    for (int64_t i = 0; i < a->width; i++)
        if (a->keys[i] != b->keys[i])
            return a->keys[i] < b->keys[i] ? -1 : 1;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct slab *p = a, *q = b;
    int order = compare_keys(p, q);

    return order ? order : (p->at > q->at) - (p->at < q->at);
}

/* What was found: n kinds, of each its first position and its count; of
 * every position its kind. */
struct kinds {
    int64_t size, n;
    int64_t *first, *count, *kind;
};

static int kinds_new(struct kinds *k, int64_t size, struct prune_error *err)
{
    *k = (struct kinds){.size = size};
    k->first = mem_calloc((size_t)size, sizeof *k->first);
    k->count = mem_calloc((size_t)size, sizeof *k->count);
    k->kind = mem_calloc((size_t)size, sizeof *k->kind);
    return k->first && k->count && k->kind ? 0 : err_memory(err, "kinds");
}

static void kinds_free(struct kinds *k)
{
    mem_free(k->first);
    mem_free(k->count);
    mem_free(k->kind);
}

/* Equal slabs follow each other in `sorted`, lower positions first. */
static void group(struct kinds *k, const struct slab *sorted)
{
    for (int64_t i = 0; i < k->size; i++) {
        if (i == 0 || compare_keys(&sorted[i - 1], &sorted[i]) != 0)
            k->first[k->n++] = sorted[i].at;
        k->kind[sorted[i].at] = k->n - 1;
        k->count[k->n - 1]++;
    }
}

/* Kinds are numbered anew, as they come first. */
static int by_appearance(struct kinds *k, struct prune_error *err)
{
    struct kinds fresh;
    int e = kinds_new(&fresh, k->size, err);

    for (int64_t i = 0; !e && i < k->size; i++) {
        int64_t was = k->kind[i];
        if (k->first[was] == i) {
            fresh.first[fresh.n] = i;
            fresh.count[fresh.n++] = k->count[was];
        }
        fresh.kind[i] = k->first[was] == i ? fresh.n - 1
                                           : fresh.kind[k->first[was]];
    }
    if (e) {
        kinds_free(&fresh);
        return e;
    }
    kinds_free(k);
    *k = fresh;
    return 0;
}

/* keys [size, outer * inner] of x [outer, size, inner] */
static void slab_keys(uint64_t *keys, const struct tensor *x, struct lanes l)
{
    int64_t width = l.outer * l.inner;

    for (int64_t o = 0; o < l.outer; o++)
        for (int64_t i = 0; i < l.size; i++)
            ops_keys(keys + i * width + o * l.inner, x,
                     (o * l.size + i) * l.inner, l.inner);
}

static int find(struct kinds *k, const struct tensor *x, struct lanes l,
                int sorted, struct prune_error *err)
{
    int64_t width = l.outer * l.inner;
    uint64_t *keys = mem_array(NULL, (size_t)tensor_numel(x), sizeof *keys);
    struct slab *slabs = mem_array(NULL, (size_t)l.size, sizeof *slabs);
    int e = kinds_new(k, l.size, err);

    if (!keys || !slabs)
        e = err_memory(err, "slabs");
    for (int64_t i = 0; !e && i < l.size; i++)
        slabs[i] = (struct slab){keys + i * width, width, i};
    if (!e) {
        if (width > 0)
            slab_keys(keys, x, l);
        qsort(slabs, (size_t)l.size, sizeof *slabs, compare);
        group(k, slabs);
    }
    mem_free(slabs);
    mem_free(keys);
    return e || sorted ? e : by_appearance(k, err);
}

static int put_ints(struct host_call *c, int i, const int64_t *from,
                    int64_t n, struct prune_error *err)
{
    struct shape shape = {.rank = 1, .dims = {n}};
    struct tensor *out;
    int e = host_wants(c, i) ? host_out(c, i, DTYPE_I64, &shape, &out, err)
                             : 1;

    for (int64_t k = 0; !e && k < n; k++)
        ((int64_t *)out->data)[k] = from[k];
    return e == 1 ? 0 : e;
}

static int put_kinds(struct host_call *c, const struct tensor *x,
                     struct lanes l, int axis, const struct kinds *k,
                     struct prune_error *err)
{
    size_t block = (size_t)l.inner * dtype_size(x->dtype);
    struct shape shape = {.rank = 1, .dims = {k->n}};
    struct tensor *out;
    int e;

    if (axis >= 0) {
        shape = x->shape;
        shape.dims[axis] = k->n;
    }
    if ((e = host_out(c, 0, x->dtype, &shape, &out, err)))
        return e;
    for (int64_t o = 0; out->size && o < l.outer; o++)
        ops_pick((unsigned char *)out->data + (size_t)(o * k->n) * block,
                 (const unsigned char *)x->data +
                     (size_t)(o * l.size) * block,
                 k->first, k->n, block);
    e = put_ints(c, 1, k->first, k->n, err);
    if (!e)
        e = put_ints(c, 2, k->kind, k->size, err);
    return e ? e : put_ints(c, 3, k->count, k->n, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int axis = -1, e = 0;
    struct kinds k;
    struct lanes l;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "%s has no order", dtype_name(x->dtype));
    if (node_attr(c->node, "axis"))
        e = ops_axis_of(c->node, x->shape.rank,
                        node_int(c->node, "axis", 0), &axis, err);
    if (e)
        return e;
    l = axis < 0 ? (struct lanes){1, tensor_numel(x), 1}
                 : ops_lanes(&x->shape, axis);
    if (tensor_numel(x) == 0 && l.size > MAX_EMPTY)
        return host_bad(c, err, "%lld slabs without an element",
                        (long long)l.size);
    e = find(&k, x, l, node_int(c->node, "sorted", 1) != 0, err);
    if (!e)
        e = put_kinds(c, x, l, axis, &k, err);
    kinds_free(&k);
    return e;
}

/* How many there are depends on the data. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    int e = ops_out_late(g, n);

    (void)err;
    for (int i = 1; i < n->n_outputs; i++)
        if (node_out(g, n, i))
            node_out(g, n, i)->dtype = DTYPE_I64;
    return e;
}

const struct op op_unique = {
    .name = "Unique",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
