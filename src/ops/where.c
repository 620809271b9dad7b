#include <string.h>

#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ties.h"
#include "ops/walk.h"

/* a where the condition holds, b elsewhere; all three broadcast. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    int e = ops_infer_broadcast(g, n, err);

    return e ? e
             : ops_out(g, n, 0, &node_out(g, n, 0)->shape,
                       node_in(g, n, 1)->dtype, err);
}

/* One row: elements of `size` bytes. Where that is a constant, an element is
 * one load and one store. */
static inline void pick(char *y, const struct walk *w,
                        const unsigned char *c, const char *a, const char *b,
                        size_t size)
{
    for (int64_t i = 0; i < w->row; i++) {
        int from = c[w->at[0] + i * w->step[0]] ? 1 : 2;
        const char *x = from == 1 ? a : b;
        memcpy(y + (size_t)i * size,
               x + (size_t)(w->at[from] + i * w->step[from]) * size, size);
    }
}

static void pick_row(char *y, const struct walk *w, const unsigned char *c,
                     const char *a, const char *b, size_t size)
{
    switch (size) {
    case 1:
        pick(y, w, c, a, b, 1);
        return;
    case 4:
        pick(y, w, c, a, b, 4);
        return;
    case 8:
        pick(y, w, c, a, b, 8);
        return;
    default:
        pick(y, w, c, a, b, size);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *in[3];
    struct shape shape;
    struct tensor *y = NULL;
    struct walk w;
    int e;

    for (int i = 0; i < 3; i++)
        if (!(in[i] = host_need(c, i, err)))
            return PRUNE_E_INPUT;
    if (in[0]->dtype != DTYPE_BOOL || in[1]->dtype != in[2]->dtype)
        return host_bad(c, err, "it chooses by %s between %s and %s",
                        dtype_name(in[0]->dtype), dtype_name(in[1]->dtype),
                        dtype_name(in[2]->dtype));
    e = shape_broadcast(&shape, &in[1]->shape, &in[2]->shape, err);
    if (!e)
        e = shape_broadcast(&shape, &in[0]->shape, &shape, err);
    if (!e)
        e = host_out(c, 0, in[1]->dtype, &shape, &y, err);
    if (e || !y->size)
        return e;
    const struct shape *shapes[] = {&in[0]->shape, &in[1]->shape,
                                    &in[2]->shape};
    size_t size = dtype_size(y->dtype);
    char *to = y->data;
    for (int more = walk_begin(&w, &shape, shapes, 3); more;
         more = walk_next(&w), to += (size_t)w.row * size)
        pick_row(to, &w, in[0]->data, in[1]->data, in[2]->data, size);
    return 0;
}

/* The condition is no weight and is cut with nothing: axes that it tells
 * apart stay whole. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const struct shape *mask = &node_in(g, n, 0)->shape;
    int out = n->outputs[0];
    int lift = g->values[out].shape.rank - mask->rank;
    int e = ops_couple_broadcast(c, g, n, err);

    couple_plain_all(c, n->inputs[0]);
    for (int k = 0; !e && k < mask->rank; k++)
        if (mask->dims[k] > 1 && !couple_is_plain(c, out, k + lift))
            e = couple_freeze(c, out, k + lift, n, "is chosen by a mask",
                              err);
    return e;
}

const struct op op_where = {
    .name = "Where",
    .domain = "",
    .since = 9,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .couple = couple,
    .host = host,
};
