#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/order.h"
#include "ops/ties.h"

/* out [rank, n]: the indices of the elements that are not zero, in order. */

enum { CHUNK = 256 };

typedef void found_f(void *payload, int64_t place);

static uint64_t key_of_zero(enum dtype t)
{
    return t == DTYPE_U64 ? 0 : (uint64_t)1 << 63;
}

/* Calls f with the place of each element that is not zero; gives their
 * number. f may be NULL. */
static int64_t each(const struct tensor *x, found_f *f, void *payload)
{
    int64_t n = tensor_numel(x), found = 0;
    uint64_t keys[CHUNK], zero = key_of_zero(x->dtype);

    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = n - i < CHUNK ? n - i : CHUNK;
        ops_keys(keys, x, i, some);
        for (int64_t k = 0; k < some; k++) {
            if (keys[k] == zero)
                continue;
            found++;
            if (f)
                f(payload, i + k);
        }
    }
    return found;
}

struct filler {
    const struct shape *x;
    int64_t *to, n;
};

static void put(void *payload, int64_t place)
{
    struct filler *f = payload;

    for (int k = f->x->rank - 1; k >= 0; k--) {
        f->to[k * f->n] = place % f->x->dims[k];
        place /= f->x->dims[k];
    }
    f->to++;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct shape shape = {.rank = 2};
    struct tensor *out;
    struct filler f;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "%s has no zero", dtype_name(x->dtype));
    shape.dims[0] = x->shape.rank;
    shape.dims[1] = each(x, NULL, NULL);
    if ((e = host_out(c, 0, DTYPE_I64, &shape, &out, err)))
        return e;
    f = (struct filler){&x->shape, out->data, shape.dims[1]};
    (void)each(x, put, &f);
    return 0;
}

/* How many there are depends on the data. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    int e = ops_out_late(g, n);

    (void)err;
    node_out(g, n, 0)->dtype = DTYPE_I64;
    return e;
}

const struct op op_non_zero = {
    .name = "NonZero",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = ops_couple_moved,
    .host = host,
};
