#include <stdlib.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/move.h"
#include "ops/order.h"
#include "ops/ties.h"

/* The k largest (since opset 11 also: least) elements along an axis, in
 * order, and where they were. k is an attribute before opset 10, input 1
 * since. */

static int resolve(struct shape *out, int *axis, const struct node *n,
                   const struct shape *x, const struct ints *k,
                   struct prune_error *err)
{
    int e = ops_axis_of(n, x->rank, node_int(n, "axis", -1), axis, err);

    if (e)
        return e;
    if (k->n != 1 || k->at[0] < 0 || k->at[0] > x->dims[*axis])
        return ops_bad(n, err, "it is to give %lld of %lld elements",
                       k->n == 1 ? (long long)k->at[0] : -1,
                       (long long)x->dims[*axis]);
    *out = *x;
    out->dims[*axis] = k->at[0];
    return 0;
}

/* The number of elements, which used to be a single integer. */
static int count_of(struct ints *k, const struct node *n)
{
    const struct attr *a = node_attr(n, "k");

    if (!a || a->type != ATTR_INT)
        return 0;
    *k = (struct ints){.n = 1, .at = {a->i}};
    return 1;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out;
    struct ints k;
    int axis, e;

    if (!count_of(&k, n) && !ops_in_ints(g, n, 1, &k)) {
        e = ops_out_late(g, n);
        if (node_out(g, n, 1))
            node_out(g, n, 1)->dtype = DTYPE_I64;
        return e;
    }
    e = resolve(&out, &axis, n, &x->shape, &k, err);
    if (!e)
        e = ops_out(g, n, 0, &out, x->dtype, err);
    return e ? e : ops_out(g, n, 1, &out, DTYPE_I64, err);
}

struct place {
    uint64_t key; /* what is wanted most has the least */
    int64_t at;
};

static int compare(const void *a, const void *b)
{
    const struct place *p = a, *q = b;

    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

/* Lets what is wanted less of the two below it sink from place i on: the
 * heap's top is what is wanted least. */
static void sink(struct place *heap, int64_t n, int64_t i)
{
    for (int64_t k; (k = 2 * i + 1) < n; i = k) {
        if (k + 1 < n && compare(&heap[k + 1], &heap[k]) > 0)
            k++;
        if (compare(&heap[k], &heap[i]) <= 0)
            return;
        struct place p = heap[i];
        heap[i] = heap[k];
        heap[k] = p;
    }
}

/* The k that are wanted most of `size`, which begin with any k: a heap of
 * them takes in what is better than its worst. */
static void select_most(struct place *places, int64_t size, int64_t k)
{
    for (int64_t i = k / 2 - 1; i >= 0; i--)
        sink(places, k, i);
    for (int64_t i = k; k && i < size; i++)
        if (compare(&places[i], &places[0]) < 0) {
            places[0] = places[i];
            sink(places, k, 0);
        }
    qsort(places, (size_t)k, sizeof *places, compare);
}

struct topk {
    const struct tensor *x;
    struct tensor *values, *at;
    struct lanes l;
    int64_t k;
    int largest;
};

/* One lane: the elements at `from` + i * inner go to `to` + i * inner. */
static void run_lane(const struct topk *t, struct place *places,
                     int64_t from, int64_t to)
{
    size_t item = dtype_size(t->x->dtype);

    for (int64_t i = 0; i < t->l.size; i++) {
        ops_keys(&places[i].key, t->x, from + i * t->l.inner, 1);
        if (t->largest)
            places[i].key = ~places[i].key;
        places[i].at = i;
    }
    select_most(places, t->l.size, t->k);
    for (int64_t i = 0; i < t->k; i++) {
        int64_t one = from + places[i].at * t->l.inner;
        ((int64_t *)t->at->data)[to + i * t->l.inner] = places[i].at;
        ops_pick((unsigned char *)t->values->data +
                     (size_t)(to + i * t->l.inner) * item,
                 t->x->data, &one, 1, item);
    }
}

static int run(const struct topk *t, struct prune_error *err)
{
    struct place *places = mem_array(NULL, (size_t)t->l.size, sizeof *places);

    if (!places)
        return err_memory(err, "places");
    for (int64_t o = 0; o < t->l.outer; o++)
        for (int64_t i = 0; i < t->l.inner; i++)
            run_lane(t, places, o * t->l.size * t->l.inner + i,
                     o * t->k * t->l.inner + i);
    mem_free(places);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct topk t = {.x = host_need(c, 0, err)};
    struct shape shape;
    struct ints k;
    int axis, e;

    if (!t.x)
        return PRUNE_E_INPUT;
    if (!convert_can(t.x->dtype))
        return host_refuse(c, err, "%s has no order",
                           dtype_name(t.x->dtype));
    e = count_of(&k, c->node) ? 0 : ops_host_list(c, NULL, 1, &k, err);
    if (e >= 0)
        e = resolve(&shape, &axis, c->node, &t.x->shape, &k, err);
    if (!e)
        e = host_out(c, 0, t.x->dtype, &shape, &t.values, err);
    if (!e && c->node->n_outputs < 2)
        return host_bad(c, err, "it has no output for the places");
    if (!e)
        e = host_out(c, 1, DTYPE_I64, &shape, &t.at, err);
    if (e || shape_numel(&shape) == 0)
        return e;
    t.l = ops_lanes(&t.x->shape, axis);
    t.k = k.at[0];
    t.largest = node_int(c->node, "largest", 1) != 0;
    return run(&t, err);
}

const struct op op_topk = {
    .name = "TopK",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
