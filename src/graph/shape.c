#include <stdio.h>
#include <string.h>

#include "graph/tensor.h"

int64_t shape_span(const struct shape *s, int from, int to)
{
    int64_t n = 1;
    int zero = 0;
    /* A size of zero makes the product zero, but the others must fit all the
     * same: strides are products of them. */
    for (int i = from; i < to; i++) {
        if (s->dims[i] < 0)
            return -1;
        zero |= s->dims[i] == 0;
        if (s->dims[i] && __builtin_mul_overflow(n, s->dims[i], &n))
            return -1;
    }
    return zero ? 0 : n;
}

int64_t shape_numel(const struct shape *s)
{
    return s->rank < 0 ? -1 : shape_span(s, 0, s->rank);
}

int shape_known(const struct shape *s)
{
    for (int i = 0; i < s->rank; i++)
        if (s->dims[i] < 0)
            return 0;
    return s->rank >= 0;
}

int shape_equal(const struct shape *a, const struct shape *b)
{
    if (a->rank != b->rank)
        return 0;
    for (int i = 0; i < a->rank; i++)
        if (a->dims[i] != b->dims[i])
            return 0;
    return 1;
}

const char *shape_text(const struct shape *s, char out[static 96])
{
    size_t used = 0;
    if (s->rank <= 0) {
        strcpy(out, s->rank < 0 ? "?" : "scalar");
        return out;
    }
    out[0] = 0;
    for (int i = 0; i < s->rank && used < 90; i++) {
        int n = s->dims[i] < 0
                    ? snprintf(out + used, 96 - used, "%s?", i ? "x" : "")
                    : snprintf(out + used, 96 - used, "%s%lld", i ? "x" : "",
                               (long long)s->dims[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return out;
}

int shape_broadcast(struct shape *out, const struct shape *a,
                    const struct shape *b, struct prune_error *err)
{
    char ta[96], tb[96];
    struct shape s = {.rank = a->rank > b->rank ? a->rank : b->rank};
    if (a->rank < 0 || b->rank < 0) {
        *out = SHAPE_UNKNOWN;
        return 0;
    }
    for (int i = 1; i <= s.rank; i++) {
        int64_t da = i <= a->rank ? a->dims[a->rank - i] : 1;
        int64_t db = i <= b->rank ? b->dims[b->rank - i] : 1;
        if (da != db && da != 1 && db != 1 && da >= 0 && db >= 0)
            return err_set(err, PRUNE_E_INPUT,
                           "shapes %s and %s do not fit each other",
                           shape_text(a, ta), shape_text(b, tb));
        /* Beside an unknown size, one above 1 is the answer. */
        s.dims[s.rank - i] = da == 1 ? db : db == 1 || db < 0 ? da : db;
    }
    *out = s;
    return 0;
}

int shape_axis(int rank, int64_t axis)
{
    if (axis < -rank || axis >= rank)
        return -1;
    return (int)(axis < 0 ? axis + rank : axis);
}
