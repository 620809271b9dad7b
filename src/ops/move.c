#include "ops/move.h"

#include <string.h>

#include "base/alloc.h"

/* Bytes between neighbours of a row on both sides. */
struct steps {
    int64_t n, from, to;
};

/* A copy whose size is known when it is compiled is one or two
 * instructions. */
#define ROW_OF(bytes)                                                         \
    for (int64_t i = 0; i < s.n; i++)                                         \
        memcpy(to + i * s.to, from + i * s.from, bytes)

static void move_row(unsigned char *to, const unsigned char *from,
                     struct steps s, size_t item)
{
    if (s.from == (int64_t)item && s.to == (int64_t)item)
        memcpy(to, from, (size_t)s.n * item);
    else if (item == 1)
        ROW_OF(1);
    else if (item == 2)
        ROW_OF(2);
    else if (item == 4)
        ROW_OF(4);
    else if (item == 8)
        ROW_OF(8);
    else
        ROW_OF(item);
}

/* Drops axes of one position and joins those that follow each other on both
 * sides. 0 when there is nothing to move. */
static int merge(struct move *out, const struct move *m)
{
    int n = 0;

    for (int k = 0; k < m->rank; k++)
        if (m->dims[k] == 0)
            return 0;
    for (int k = 0; k < m->rank; k++) {
        if (m->dims[k] == 1)
            continue;
        int follows = n > 0 &&
                      out->from[n - 1] == m->from[k] * m->dims[k] &&
                      out->to[n - 1] == m->to[k] * m->dims[k];
        n -= follows;
        out->dims[n] = follows ? out->dims[n] * m->dims[k] : m->dims[k];
        out->from[n] = m->from[k];
        out->to[n++] = m->to[k];
    }
    out->rank = n;
    return 1;
}

static void move_axes(unsigned char *to, const unsigned char *from,
                      const struct move *m, int axis, size_t item)
{
    struct steps s = {m->dims[axis], m->from[axis] * (int64_t)item,
                      m->to[axis] * (int64_t)item};

    if (axis == m->rank - 1) {
        move_row(to, from, s, item);
        return;
    }
    for (int64_t i = 0; i < s.n; i++)
        move_axes(to + i * s.to, from + i * s.from, m, axis + 1, item);
}

void ops_move(void *to, const void *from, const struct move *m, size_t item)
{
    struct move merged = {0};

    if (!merge(&merged, m))
        return;
    if (merged.rank == 0)
        memcpy(to, from, item);
    else
        move_axes(to, from, &merged, 0, item);
}

void ops_strides(int64_t out[static MAX_RANK], const struct shape *s)
{
    uint64_t step = 1;

    for (int k = s->rank - 1; k >= 0; k--) {
        out[k] = (int64_t)step;
        step *= (uint64_t)s->dims[k];
    }
}

void ops_move_into(struct move *m, const struct shape *out,
                   const struct shape *x)
{
    *m = (struct move){.rank = out->rank};
    memcpy(m->dims, out->dims, sizeof m->dims);
    ops_strides(m->to, out);
    ops_strides(m->from, x);
}

#define PICK_OF(bytes)                                                        \
    for (int64_t i = 0; i < n; i++)                                           \
        memcpy(y + (size_t)i * (bytes), x + (size_t)at[i] * (bytes), bytes)

void ops_pick(void *to, const void *from, const int64_t *at, int64_t n,
              size_t size)
{
    unsigned char *y = to;
    const unsigned char *x = from;

    if (size == 1)
        PICK_OF(1);
    else if (size == 2)
        PICK_OF(2);
    else if (size == 4)
        PICK_OF(4);
    else if (size == 8)
        PICK_OF(8);
    else
        PICK_OF(size);
}

int ops_is_index(const struct tensor *t)
{
    return t->dtype == DTYPE_I64 || t->dtype == DTYPE_I32;
}

int ops_positions(int64_t **out, const struct host_call *c,
                  const struct tensor *t, int64_t size,
                  struct prune_error *err)
{
    int64_t n = tensor_numel(t);
    int64_t *at;

    if (!ops_is_index(t))
        return host_bad(c, err, "indices of type %s", dtype_name(t->dtype));
    at = mem_array(NULL, (size_t)n, sizeof *at);
    if (!at)
        return err_memory(err, "indices");
    for (int64_t i = 0; i < n; i++) {
        int64_t k = tensor_int(t, i);
        at[i] = k < 0 ? k + size : k;
        if (at[i] >= 0 && at[i] < size)
            continue;
        mem_free(at);
        return host_bad(c, err, "index %lld of %lld positions", (long long)k,
                        (long long)size);
    }
    *out = at;
    return 0;
}

int ops_host_reshape(struct host_call *c, ops_reshape_f *f,
                     struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct shape out = {.rank = 0};
    int e = x ? f(&out, c, &x->shape, err) : PRUNE_E_INPUT;

    return e ? e : host_view(c, 0, x, &out, err);
}
