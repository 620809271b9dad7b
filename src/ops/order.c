#include "ops/order.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"

enum { CHUNK = 256 };

/* The bits of a double have the order of the numbers once those of negative
 * ones are turned round and the sign stands for what is not negative. */
static uint64_t key_of_real(double x)
{
    const uint64_t sign = (uint64_t)1 << 63;
    uint64_t bits;

    if (isnan(x))
        return UINT64_MAX;
    x = x == 0 ? 0 : x;
    memcpy(&bits, &x, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

static int64_t some_of(int64_t n, int64_t done)
{
    return n - done < CHUNK ? n - done : CHUNK;
}

void ops_keys(uint64_t *out, const struct tensor *t, int64_t from, int64_t n)
{
    const uint64_t flip = t->dtype == DTYPE_U64 ? 0 : (uint64_t)1 << 63;
    int64_t wholes[CHUNK];
    double reals[CHUNK];

    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = some_of(n, i);
        if (dtype_is_float(t->dtype)) {
            convert_to_f64(reals, t, from + i, some);
            for (int64_t k = 0; k < some; k++)
                out[i + k] = key_of_real(reals[k]);
        } else {
            convert_to_i64(wholes, t, from + i, some);
            for (int64_t k = 0; k < some; k++)
                out[i + k] = (uint64_t)wholes[k] ^ flip;
        }
    }
}

struct lanes ops_lanes(const struct shape *s, int axis)
{
    return (struct lanes){.outer = shape_span(s, 0, axis),
                          .size = s->dims[axis],
                          .inner = shape_span(s, axis + 1, s->rank)};
}

/* --- ArgMax, ArgMin ---------------------------------------------------- */

static int arg_shape(struct shape *out, int *axis, const struct node *n,
                     const struct shape *x, struct prune_error *err)
{
    int e = ops_axis_of(n, x->rank, node_int(n, "axis", 0), axis, err);

    if (e)
        return e;
    *out = (struct shape){.rank = 0};
    for (int k = 0; k < x->rank; k++)
        if (k != *axis)
            out->dims[out->rank++] = x->dims[k];
        else if (node_int(n, "keepdims", 1))
            out->dims[out->rank++] = 1;
    return 0;
}

int ops_infer_arg(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out;
    int axis, e = arg_shape(&out, &axis, n, &node_in(g, n, 0)->shape, err);

    return e ? e : ops_out(g, n, 0, &out, DTYPE_I64, err);
}

/* Reads x [outer, size, inner] in its own order; best [inner] holds the keys
 * of the best so far, out [outer, inner] their places. */
static void find_best(int64_t *out, uint64_t *best, const struct tensor *x,
                      struct lanes l, int largest, int last)
{
    int64_t n = l.outer * l.size * l.inner, i = 0, k = 0;
    uint64_t keys[CHUNK];

    for (int64_t done = 0; done < n; done += CHUNK) {
        int64_t some = some_of(n, done);
        ops_keys(keys, x, done, some);
        for (int64_t j = 0; j < some; j++) {
            uint64_t key = largest ? keys[j] : ~keys[j];
            if (k == 0 || key > best[i] || (last && key == best[i])) {
                best[i] = key;
                out[i] = k;
            }
            if (++i < l.inner)
                continue;
            i = 0;
            if (++k < l.size)
                continue;
            k = 0;
            out += l.inner;
        }
    }
}

int ops_host_arg(struct host_call *c, int largest, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    int last = node_int(c->node, "select_last_index", 0) != 0;
    struct shape shape;
    struct tensor *out;
    uint64_t *best;
    struct lanes l;
    int axis, e = x ? arg_shape(&shape, &axis, c->node, &x->shape, err)
                    : PRUNE_E_INPUT;

    if (e)
        return e;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "%s has no order", dtype_name(x->dtype));
    l = ops_lanes(&x->shape, axis);
    if (l.size == 0 && l.outer * l.inner > 0)
        return host_bad(c, err, "there is no position along axis %d", axis);
    if ((e = host_out(c, 0, DTYPE_I64, &shape, &out, err)))
        return e;
    best = mem_calloc((size_t)l.inner, sizeof *best);
    if (!best)
        return err_memory(err, "the best elements");
    find_best(out->data, best, x, l, largest, last);
    mem_free(best);
    return 0;
}
