#include "ops/walk.h"

#include "engine/nd.h"

/* Whether axis `axis`, of `size` elements, goes on where the axis before it
 * leaves off, in all tensors. */
static int joins(const struct walk *w, const int64_t strides[][MAX_RANK],
                 int axis, int64_t size)
{
    for (int i = 0; i < w->n; i++)
        if (w->strides[i][w->rank - 1] != strides[i][axis] * size)
            return 0;
    return 1;
}

static void add_axis(struct walk *w, const int64_t strides[][MAX_RANK],
                     int axis, int64_t size)
{
    if (size == 1)
        return;
    if (w->rank > 0 && joins(w, strides, axis, size))
        w->dims[w->rank - 1] *= size;
    else
        w->dims[w->rank++] = size;
    for (int i = 0; i < w->n; i++)
        w->strides[i][w->rank - 1] = strides[i][axis];
}

int walk_begin(struct walk *w, const struct shape *to,
               const struct shape *const *shapes, int n)
{
    int64_t strides[WALK_MAX][MAX_RANK] = {{0}};

    *w = (struct walk){.n = n, .row = 1};
    for (int i = 0; i < n; i++)
        nd_broadcast_strides(shapes[i], to, strides[i]);
    for (int k = 0; k < to->rank; k++)
        add_axis(w, (const int64_t(*)[MAX_RANK])strides, k, to->dims[k]);
    if (w->rank > 0) { /* the last axis is the row */
        w->row = w->dims[--w->rank];
        for (int i = 0; i < n; i++)
            w->step[i] = w->strides[i][w->rank] != 0;
    }
    return shape_numel(to) > 0;
}

int walk_next(struct walk *w)
{
    if (!nd_next(w->index, w->dims, w->rank))
        return 0;
    for (int i = 0; i < w->n; i++)
        w->at[i] = nd_at(w->index, w->strides[i], w->rank);
    return 1;
}
