#include "ops/elementwise.h"

#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/ties.h"
#include "ops/walk.h"

enum { CHUNK = 256 };

static int64_t some_of(int64_t n, int64_t done)
{
    return n - done < CHUNK ? n - done : CHUNK;
}

static int refuse_type(const struct host_call *c, enum dtype t,
                       struct prune_error *err)
{
    return host_refuse(c, err, "it cannot be computed of %s", dtype_name(t));
}

/* --- one input --------------------------------------------------------- */

static void map_real(struct tensor *out, const struct tensor *x,
                     ops_real_f *f, const double *p)
{
    double v[CHUNK];
    int64_t n = tensor_numel(x);

    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = some_of(n, i);
        convert_to_f64(v, x, i, some);
        for (int64_t k = 0; k < some; k++)
            v[k] = f(v[k], p);
        convert_from_f64(out, i, some, v);
    }
}

static void map_whole(struct tensor *out, const struct tensor *x,
                      ops_whole_f *f)
{
    int64_t v[CHUNK];
    int64_t n = tensor_numel(x);

    for (int64_t i = 0; i < n; i += CHUNK) {
        int64_t some = some_of(n, i);
        convert_to_i64(v, x, i, some);
        for (int64_t k = 0; k < some; k++)
            v[k] = f(v[k], x->dtype);
        convert_from_i64(out, i, some, v);
    }
}

void ops_map(struct tensor *out, const struct tensor *x,
             const struct ops_map *m, const double *p)
{
    if (dtype_is_float(x->dtype) || !m->whole)
        map_real(out, x, m->real, p);
    else
        map_whole(out, x, m->whole);
}

int ops_host_map(struct host_call *c, const struct ops_map *m,
                 const double *p, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tensor *y;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype) ||
        (dtype_is_float(x->dtype) ? !m->real : !m->whole))
        return refuse_type(c, x->dtype, err);
    e = host_out(c, 0, m->to ? m->to : x->dtype, &x->shape, &y, err);
    if (!e)
        ops_map(y, x, m, p);
    return e;
}

/* --- two and more ------------------------------------------------------ */

/* `some` elements of a row from its element `from` on. */
static void load_real(double *v, const struct tensor *t,
                      const struct walk *w, int i, int64_t from, int64_t some)
{
    if (w->step[i]) {
        convert_to_f64(v, t, w->at[i] + from, some);
        return;
    }
    convert_to_f64(v, t, w->at[i], 1);
    for (int64_t k = 1; k < some; k++)
        v[k] = v[0];
}

static void load_whole(int64_t *v, const struct tensor *t,
                       const struct walk *w, int i, int64_t from,
                       int64_t some)
{
    if (w->step[i]) {
        convert_to_i64(v, t, w->at[i] + from, some);
        return;
    }
    convert_to_i64(v, t, w->at[i], 1);
    for (int64_t k = 1; k < some; k++)
        v[k] = v[0];
}

static void row_real(struct tensor *out, int64_t to, const struct tensor *a,
                     const struct tensor *b, const struct walk *w,
                     ops_real2_f *f)
{
    double x[CHUNK], y[CHUNK];

    for (int64_t i = 0; i < w->row; i += CHUNK) {
        int64_t some = some_of(w->row, i);
        load_real(x, a, w, 0, i, some);
        load_real(y, b, w, 1, i, some);
        for (int64_t k = 0; k < some; k++)
            x[k] = f(x[k], y[k]);
        convert_from_f64(out, to + i, some, x);
    }
}

static void row_whole(struct tensor *out, int64_t to, const struct tensor *a,
                      const struct tensor *b, const struct walk *w,
                      ops_whole2_f *f)
{
    int64_t x[CHUNK], y[CHUNK];

    for (int64_t i = 0; i < w->row; i += CHUNK) {
        int64_t some = some_of(w->row, i);
        load_whole(x, a, w, 0, i, some);
        load_whole(y, b, w, 1, i, some);
        for (int64_t k = 0; k < some; k++)
            x[k] = f(x[k], y[k], a->dtype);
        convert_from_i64(out, to + i, some, x);
    }
}

void ops_fold(struct tensor *out, const struct tensor *a,
              const struct tensor *b, const struct ops_fold *f)
{
    const struct shape *shapes[] = {&a->shape, &b->shape};
    int real = dtype_is_float(a->dtype) || dtype_is_float(b->dtype);
    struct walk w;
    int64_t to = 0;

    for (int more = walk_begin(&w, &out->shape, shapes, 2); more;
         more = walk_next(&w), to += w.row) {
        if (real)
            row_real(out, to, a, b, &w, f->real);
        else
            row_whole(out, to, a, b, &w, f->whole);
    }
}

/* The shape that all inputs broadcast to. They have one type that can be
 * computed. */
static int find_shape(const struct host_call *c, const struct ops_fold *f,
                      struct shape *out, struct prune_error *err)
{
    const struct tensor *first = host_need(c, 0, err);
    struct shape sum;

    if (!first)
        return PRUNE_E_INPUT;
    sum = first->shape;
    for (int i = 1; i < c->node->n_inputs; i++) {
        const struct tensor *t = host_need(c, i, err);
        struct shape so_far = sum;
        if (!t || shape_broadcast(&sum, &so_far, &t->shape, err))
            return PRUNE_E_INPUT;
        if (t->dtype != first->dtype)
            return host_bad(c, err, "inputs of %s and of %s",
                            dtype_name(first->dtype), dtype_name(t->dtype));
    }
    if (!convert_can(first->dtype) ||
        (dtype_is_float(first->dtype) ? !f->real : !f->whole))
        return refuse_type(c, first->dtype, err);
    *out = sum;
    return 0;
}

/* b lies along a's axes from `axis` on. */
static int fold_old(struct host_call *c, const struct ops_fold *f, int axis,
                    struct prune_error *err)
{
    const struct tensor *a = host_need(c, 0, err), *b = host_need(c, 1, err);
    struct tensor along, *y;
    struct shape shape;
    int e;

    if (!a || !b)
        return PRUNE_E_INPUT;
    along = *b;
    for (int k = axis + b->shape.rank; k < a->shape.rank; k++)
        along.shape.dims[along.shape.rank++] = 1;
    e = shape_broadcast(&shape, &a->shape, &along.shape, NULL);
    if (e || !shape_equal(&shape, &a->shape))
        return host_bad(c, err, "its inputs do not fit each other");
    e = host_out(c, 0, f->to ? f->to : a->dtype, &a->shape, &y, err);
    if (!e)
        ops_fold(y, a, &along, f);
    return e;
}

int ops_host_fold(struct host_call *c, const struct ops_fold *f,
                  struct prune_error *err)
{
    const struct tensor *a = host_in(c, 0);
    int axis = ops_old_axis(c->graph, c->node);
    struct shape shape;
    struct tensor *y;

    if (axis >= 0)
        return fold_old(c, f, axis, err);
    int e = find_shape(c, f, &shape, err);

    if (e)
        return e;
    if (c->node->n_inputs == 1)
        return ops_host_pass(c, err);
    e = host_out(c, 0, f->to ? f->to : a->dtype, &shape, &y, err);
    for (int i = 1; !e && i < c->node->n_inputs; i++)
        ops_fold(y, i == 1 ? a : y, host_in(c, i), f);
    return e;
}

int ops_host_pass(struct host_call *c, struct prune_error *err)
{
    if (!c->in[0])
        return host_bad(c, err, "input 0 is missing");
    return host_set(c, 0, datum_ref(c->in[0]));
}

/* --- what goes with them ----------------------------------------------- */

int ops_infer_truth(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_out(g, n, 0, &node_in(g, n, 0)->shape, DTYPE_BOOL, err);
}

int ops_infer_truths(struct graph *g, struct node *n,
                     struct prune_error *err)
{
    int e = ops_infer_broadcast(g, n, err);

    if (!e && node_out(g, n, 0))
        node_out(g, n, 0)->dtype = DTYPE_BOOL;
    return e;
}

int ops_couple_decides(struct coupling *c, const struct graph *g,
                       const struct node *n, struct prune_error *err)
{
    int e = ops_couple_plain(c, g, n, err);

    for (int i = 0; !e && i < n->n_inputs; i++)
        if (node_in(g, n, i) && dtype_is_float(node_in(g, n, i)->dtype))
            e = couple_freeze_all(c, n->inputs[i], n,
                                  "makes decisions of them", err);
    return e;
}
