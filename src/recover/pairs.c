#include "recover/pairs.h"

#include "base/alloc.h"

/* One run of `inner` neighbours, of both networks. */
static void add_run(struct pair *p, const float *now, const float *then,
                    int64_t inner)
{
    double a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (int64_t k = 0; k < inner; k++) {
        a += (double)now[k];
        b += (double)then[k];
    }
    a /= (double)inner;
    b /= (double)inner;
    for (int64_t k = 0; k < inner; k++) {
        double x = (double)now[k] - a, y = (double)then[k] - b;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    const double total = p->n + (double)inner;
    const double da = a - p->mean_now, db = b - p->mean_then;
    const double weight = p->n * (double)inner / total;
    p->now2 += aa + da * da * weight;
    p->then2 += bb + db * db * weight;
    p->both += ab + da * db * weight;
    p->mean_now += da * (double)inner / total;
    p->mean_then += db * (double)inner / total;
    p->n = total;
}

/* A pairing at work. */
struct both {
    const struct recovery *r;
    const struct pairing *p;
    struct stream *now, *then;
    struct pair *out;
    float *target; /* [inner] of a channel */
};

static int reference(const struct pairing *p)
{
    return p->sum >= 0 ? p->sum : p->value;
}

/* Channel i of the o-th of `now`, held against channel k of `then`. Values
 * are [outer, channels, inner]. */
static void add_channel(struct both *b, const struct stream_batch *now,
                        const struct stream_batch *then, int64_t o, int64_t i,
                        int64_t k)
{
    const struct shape *s = stream_shape(b->now, 0);
    const int axis = b->p->axis;
    const int64_t inner = shape_span(s, axis + 1, s->rank);
    const int64_t c_then = stream_shape(b->then, 0)->dims[axis];
    const int64_t at = (o * s->dims[axis] + i) * inner;
    const float *target = then->values[0] + (o * c_then + k) * inner;
    if (b->p->skip >= 0) {
        for (int64_t x = 0; x < inner; x++)
            b->target[x] = target[x] - now->values[1][at + x];
        target = b->target;
    }
    add_run(&b->out[i], now->values[0] + at, target, inner);
}

static void add_batch(struct both *b, const struct stream_batch *now,
                      const struct stream_batch *then)
{
    const struct shape *s = stream_shape(b->now, 0);
    const int axis = b->p->axis;
    const int64_t outer = shape_span(s, 0, axis) / now->batch * now->n;
    const int64_t c_then = stream_shape(b->then, 0)->dims[axis];
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < s->dims[axis]; i++) {
            int64_t k = kept_position(b->r->kept, reference(b->p), axis, i);
            if (k >= 0 && k < c_then)
                add_channel(b, now, then, o, i, k);
        }
}

static int check(const struct both *b, struct prune_error *err)
{
    const struct shape *x = stream_shape(b->now, 0);
    const struct shape *y = stream_shape(b->then, 0);
    const int axis = b->p->axis;
    if (x->rank == y->rank && axis < x->rank &&
        shape_span(x, axis + 1, x->rank) == shape_span(y, axis + 1, y->rank) &&
        shape_span(x, 0, axis) == shape_span(y, 0, axis) &&
        (b->p->skip < 0 || shape_equal(x, stream_shape(b->now, 1))))
        return 0;
    return err_set(err, PRUNE_E_FAILED,
                   "a layer's outputs cannot be held against the original's");
}

static int open_both(struct both *b, struct prune_error *err)
{
    const struct recovery *r = b->r;
    const int now[] = {b->p->value, b->p->skip}, then = reference(b->p);
    int rc = stream_open(&b->now, r->graph, r->settings, r->part, now,
                         b->p->skip >= 0 ? 2 : 1, ENGINE_FAST, err);
    if (!rc)
        rc = stream_open(&b->then, r->original, r->settings, r->part, &then,
                         1, ENGINE_FAST, err);
    if (!rc)
        rc = check(b, err);
    if (rc)
        return rc;
    const struct shape *s = stream_shape(b->now, 0);
    const int axis = b->p->axis;
    b->out = mem_calloc((size_t)s->dims[axis], sizeof *b->out);
    b->target = mem_calloc((size_t)shape_span(s, axis + 1, s->rank),
                           sizeof *b->target);
    return b->out && b->target ? 0
                               : err_memory(err, "the statistics of a layer");
}

static int run_both(struct both *b, int64_t n, struct prune_error *err)
{
    struct stream_batch now = {0}, then = {0};
    int rc = 0;
    for (int64_t first = 0; first < n && !rc; first += now.n)
        if (!(rc = progress_tell(b->r->progress, "calibrate", first, n,
                                 err)) &&
            !(rc = stream_step(b->now, b->r->part, first, n, &now, err)) &&
            !(rc = stream_step(b->then, b->r->part, first, n, &then, err)))
            add_batch(b, &now, &then);
    return rc;
}

int pairs_collect(struct pair **out, int64_t *channels,
                  const struct recovery *r, const struct pairing *p,
                  int64_t n, struct prune_error *err)
{
    struct both b = {.r = r, .p = p};
    int rc = open_both(&b, err);
    if (!rc)
        rc = run_both(&b, n, err);
    if (!rc) {
        *channels = stream_shape(b.now, 0)->dims[p->axis];
        *out = b.out;
    } else {
        mem_free(b.out);
    }
    stream_close(b.now);
    stream_close(b.then);
    mem_free(b.target);
    return rc;
}
