#include <stdlib.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/sequences.h"

/* boxes [batch, n, 4], scores [batch, classes, n]: of each class the boxes
 * of the best scores that overlap no better one of that class by more than
 * the threshold; output [found, 3]: batch, class, box. */

struct box {
    double low[2], high[2], area;
};

struct candidate {
    double score;
    int64_t box;
};

struct suppression {
    int64_t n_batch, n_classes, n;
    int64_t most; /* boxes of a class */
    double overlap, least;
    int center;
    struct box *boxes; /* [n] of this batch */
    struct candidate *best;
    int64_t *kept;
    int64_t *found; /* triples */
    int64_t n_found, room;
};

static void read_box(struct box *b, const struct tensor *t, int64_t i,
                     int center)
{
    double x[4];

    convert_to_f64(x, t, i * 4, 4);
    for (int k = 0; k < 2; k++) {
        double from = x[k], to = x[k + 2];
        if (center) {
            from = x[k] - x[k + 2] / 2.0;
            to = x[k] + x[k + 2] / 2.0;
        }
        b->low[k] = from < to ? from : to;
        b->high[k] = from < to ? to : from;
    }
    b->area = (b->high[0] - b->low[0]) * (b->high[1] - b->low[1]);
}

static double overlap(const struct box *a, const struct box *b)
{
    double common = 1.0;

    for (int k = 0; k < 2; k++) {
        double low = a->low[k] > b->low[k] ? a->low[k] : b->low[k];
        double high = a->high[k] < b->high[k] ? a->high[k] : b->high[k];
        if (high <= low)
            return 0.0;
        common *= high - low;
    }
    double all = a->area + b->area - common;
    return all > 0.0 ? common / all : 0.0;
}

/* Best first; of equal ones the first. */
static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->box < y->box ? -1 : 1;
}

static int keep(struct suppression *s, int64_t batch, int64_t class,
                int64_t box, struct prune_error *err)
{
    if (s->n_found == s->room) {
        size_t room = (size_t)s->room * 2 + 64;
        int64_t *more = mem_array(s->found, room, 3 * sizeof *more);
        if (!more)
            return err_memory(err, "boxes");
        s->found = more;
        s->room = (int64_t)room;
    }
    int64_t *to = s->found + 3 * s->n_found++;
    to[0] = batch;
    to[1] = class;
    to[2] = box;
    return 0;
}

static int is_free(const struct suppression *s, int64_t box, int64_t n_kept)
{
    for (int64_t k = 0; k < n_kept; k++)
        if (overlap(&s->boxes[box], &s->boxes[s->kept[k]]) > s->overlap)
            return 0;
    return 1;
}

static int select_class(struct suppression *s, const struct tensor *scores,
                        int64_t batch, int64_t class, int has_least,
                        struct prune_error *err)
{
    int64_t from = (batch * s->n_classes + class) * s->n, n = 0, n_kept = 0;
    int e = 0;

    for (int64_t i = 0; i < s->n; i++) {
        double score;
        convert_to_f64(&score, scores, from + i, 1);
        if (!has_least || score > s->least)
            s->best[n++] = (struct candidate){score, i};
    }
    qsort(s->best, (size_t)n, sizeof *s->best, by_score);
    for (int64_t i = 0; !e && i < n && n_kept < s->most; i++) {
        if (!is_free(s, s->best[i].box, n_kept))
            continue;
        s->kept[n_kept++] = s->best[i].box;
        e = keep(s, batch, class, s->best[i].box, err);
    }
    return e;
}

static int select_all(struct host_call *c, struct suppression *s,
                      struct prune_error *err)
{
    const struct tensor *boxes = host_in(c, 0), *scores = host_in(c, 1);
    struct tensor *out;
    int e = 0;

    for (int64_t b = 0; !e && b < s->n_batch; b++) {
        for (int64_t i = 0; i < s->n; i++)
            read_box(&s->boxes[i], boxes, b * s->n + i, s->center);
        for (int64_t k = 0; !e && k < s->n_classes; k++)
            e = select_class(s, scores, b, k, host_in(c, 4) != NULL, err);
    }
    if (!e)
        e = host_out(c, 0, DTYPE_I64,
                     &(struct shape){.rank = 2, .dims = {s->n_found, 3}},
                     &out, err);
    for (int64_t i = 0; !e && i < 3 * s->n_found; i++)
        ((int64_t *)out->data)[i] = s->found[i];
    return e;
}

static int threshold(struct host_call *c, int i, double *out,
                     struct prune_error *err)
{
    const struct tensor *t = host_in(c, i);

    *out = 0.0;
    if (t && (tensor_numel(t) != 1 || !convert_can(t->dtype)))
        return host_bad(c, err, "input %d is not one number", i);
    if (t)
        convert_to_f64(out, t, 0, 1);
    return 0;
}

static int prepare(struct host_call *c, struct suppression *s,
                   struct prune_error *err)
{
    const struct tensor *boxes = host_need(c, 0, err);
    const struct tensor *scores = boxes ? host_need(c, 1, err) : NULL;
    int e;

    if (!scores)
        return PRUNE_E_INPUT;
    if (boxes->shape.rank != 3 || scores->shape.rank != 3 ||
        boxes->shape.dims[2] != 4 || !convert_can(boxes->dtype) ||
        !convert_can(scores->dtype) ||
        boxes->shape.dims[0] != scores->shape.dims[0] ||
        boxes->shape.dims[1] != scores->shape.dims[2])
        return host_bad(c, err, "boxes and scores do not fit");
    s->n_batch = boxes->shape.dims[0];
    s->n_classes = scores->shape.dims[1];
    s->n = boxes->shape.dims[1];
    s->center = node_int(c->node, "center_point_box", 0) != 0;
    (void)((e = ops_host_int(c, 2, 0, &s->most, err)) ||
           (e = threshold(c, 3, &s->overlap, err)) ||
           (e = threshold(c, 4, &s->least, err)));
    if (e)
        return e;
    s->boxes = mem_calloc((size_t)s->n, sizeof *s->boxes);
    s->best = mem_calloc((size_t)s->n, sizeof *s->best);
    s->kept = mem_calloc((size_t)s->n, sizeof *s->kept);
    return s->boxes && s->best && s->kept ? 0 : err_memory(err, "boxes");
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct suppression s = {0};
    int e = prepare(c, &s, err);

    if (!e)
        e = select_all(c, &s, err);
    mem_free(s.found);
    mem_free(s.kept);
    mem_free(s.best);
    mem_free(s.boxes);
    return e;
}

/* How many there are is known when it has run. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    (void)err;
    node_out(g, n, 0)->dtype = DTYPE_I64;
    return 0;
}

const struct op op_non_max_suppression = {
    .name = "NonMaxSuppression",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 5,
    .infer = infer,
    .host = host,
};
