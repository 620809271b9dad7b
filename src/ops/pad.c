#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "graph/cut.h"
#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/move.h"
#include "ops/ties.h"

/* Positions put before and behind each axis (negative: taken away). The
 * list is an attribute before opset 11, input 1 since; since opset 18 it
 * may be told for some axes only (input 3). */
struct padding {
    struct ints given; /* as the node has it: all lows, then all highs */
    struct ints axes;
    int64_t low[MAX_RANK], high[MAX_RANK], size[MAX_RANK];
};

static const char *list_name(const struct node *n)
{
    return node_attr(n, "paddings") ? "paddings" : "pads";
}

static int set_axis(struct padding *p, const struct node *n, int axis,
                    int64_t low, int64_t high, int64_t size,
                    struct prune_error *err)
{
    int64_t most = (int64_t)1 << 40;

    if (low < -size || high < -size || low > most || high > most ||
        size > INT64_MAX - 2 * most || size + low + high < 0)
        return ops_bad(n, err, "pads of %lld and %lld for %lld positions",
                       (long long)low, (long long)high, (long long)size);
    p->low[axis] = low;
    p->high[axis] = high;
    p->size[axis] = size + low + high;
    return 0;
}

static int resolve(struct padding *p, int found, int some,
                   const struct node *n, const struct shape *x,
                   struct prune_error *err)
{
    int64_t many = some ? p->axes.n : x->rank;
    int axis, e = 0;

    if (!found || p->given.n != 2 * many)
        return ops_bad(n, err, "its list of pads does not fit %d axes",
                       x->rank);
    for (int k = 0; k < x->rank; k++) {
        p->low[k] = p->high[k] = 0;
        p->size[k] = x->dims[k];
    }
    for (int64_t i = 0; !e && i < many; i++) {
        e = ops_axis_of(n, x->rank, some ? p->axes.at[i] : i, &axis, err);
        if (e)
            return e;
        p->axes.at[i] = axis;
        e = set_axis(p, n, axis, p->given.at[i], p->given.at[many + i],
                     x->dims[axis], err);
    }
    p->axes.n = many;
    return e;
}

static int read_all(struct padding *p, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    int found = ops_list(g, n, list_name(n), 1, &p->given, err);
    int some = ops_list(g, n, NULL, 3, &p->axes, err);

    if (found < 0 || some < 0)
        return found < 0 ? found : some;
    return resolve(p, found, some, n, &node_in(g, n, 0)->shape, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct padding p;
    int e;

    if (ops_open_list(g, n, list_name(n), 1) || ops_open_list(g, n, NULL, 3))
        return ops_out_late(g, n);
    e = read_all(&p, g, n, err);
    for (int k = 0; !e && k < out.rank; k++)
        out.dims[k] = p.size[k];
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

static int is_constant_mode(const struct node *n)
{
    return strcmp(node_text(n, "mode", "constant"), "constant") == 0;
}

/* Padded channels hold the same number everywhere: they may go as others
 * do, and those that stay keep their places beside the input's. */
static int couple_axis(struct coupling *c, const struct graph *g,
                       const struct node *n, const struct padding *p, int k,
                       struct prune_error *err)
{
    int64_t low = p->low[k], high = p->high[k];
    int64_t from = low < 0 ? -low : 0, to = low < 0 ? 0 : low;
    int64_t size = node_in(g, n, 0)->shape.dims[k];

    if (low == 0 && high == 0)
        return ops_tie(c, n->inputs[0], k, n->outputs[0], k, err);
    if (couple_is_plain(c, n->inputs[0], k)) {
        couple_plain(c, n->outputs[0], k);
        return 0;
    }
    if (!is_constant_mode(n))
        return ops_freeze_live(c, g, n, k, "pads with other channels", err);
    return couple_span(c, n->inputs[0], k, from, n->outputs[0], k, to,
                       size - from - (high < 0 ? -high : 0), err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    struct padding p;
    int e = read_all(&p, g, n, err);

    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    for (int k = 0; !e && k < node_in(g, n, 0)->shape.rank; k++)
        e = couple_axis(c, g, n, &p, k, err);
    return e;
}

/* The new count of pads at one end: of padded positions, or of those of
 * the input that are taken away, only what stays is counted. */
static int64_t mended(const struct cut *c, const struct node *n, int k,
                      int64_t pads, int at_end)
{
    int value = pads < 0 ? n->inputs[0] : n->outputs[0];
    int64_t size = c->g->values[value].shape.dims[k];
    int64_t many = pads < 0 ? -pads : pads;
    int64_t from = at_end ? size - many : 0;
    int64_t kept = ops_kept(c, value, k, from, from + many);

    return pads < 0 ? -kept : kept;
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    struct padding p;
    int touched = 0;
    int e = read_all(&p, c->g, n, err);

    for (int64_t i = 0; !e && i < p.axes.n; i++) {
        int k = (int)p.axes.at[i];
        if (!cut_touches(c, n->outputs[0], k) &&
            !cut_touches(c, n->inputs[0], k))
            continue;
        touched = touched || p.low[k] || p.high[k];
        p.given.at[i] = mended(c, n, k, p.low[k], 0);
        p.given.at[p.axes.n + i] = mended(c, n, k, p.high[k], 1);
    }
    if (e || !touched)
        return e;
    return ops_mend_list(c, node, list_name(n), 1, &p.given, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const char *mode = node_text(n, "mode", "constant");
    struct prim p = {.kind = &prim_pad};
    struct padding all;
    int e = read_all(&all, g, n, err);

    if (e)
        return e;
    if (ops_scalar(g, n, 2, node_float(n, "value", 0), &p.pad.value))
        return lower_refuse(n, err, "its value is computed from the data");
    if (strcmp(mode, "reflect") == 0)
        p.pad.mode = PAD_REFLECT;
    else if (strcmp(mode, "edge") == 0)
        p.pad.mode = PAD_EDGE;
    else if (!is_constant_mode(n))
        return lower_refuse(n, err, "mode \"%.40s\" is not known", mode);
    for (int k = 0; k < node_in(g, n, 0)->shape.rank; k++) {
        p.pad.low[k] = all.low[k];
        p.pad.high[k] = all.high[k];
    }
    return lower_simple(l, n, p, 1, err);
}

/* --- any type ------------------------------------------------------------ */

enum how { CONSTANT, REFLECT, EDGE, WRAP };

static int find_how(enum how *out, const struct host_call *c,
                    struct prune_error *err)
{
    static const char *const names[] = {"constant", "reflect", "edge",
                                        "wrap"};
    const char *mode = node_text(c->node, "mode", "constant");

    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(mode, names[i]) == 0) {
            *out = (enum how)i;
            return 0;
        }
    return host_refuse(c, err, "mode \"%.40s\" is not known", mode);
}

/* The input's position that stands at one `i` before or behind it; -1: none.
 * Reflections go to and fro as often as they must. */
static int64_t source(enum how how, int64_t i, int64_t size)
{
    int64_t period = size > 1 ? 2 * (size - 1) : 1, k;

    if (i >= 0 && i < size)
        return i;
    if (how == CONSTANT)
        return -1;
    if (how == EDGE)
        return i < 0 ? 0 : size - 1;
    if (how == WRAP)
        return (i % size + size) % size;
    k = (i % period + period) % period;
    return k < size ? k : period - k;
}

/* A padding that is written out. */
struct filling {
    const struct tensor *x;
    struct shape out;
    int64_t *from[MAX_RANK]; /* of each position of out, the input's or -1 */
    int64_t in_step[MAX_RANK], out_step[MAX_RANK];
    unsigned char value[16]; /* an element */
    size_t item;
};

static void fill(unsigned char *to, int64_t n, const struct filling *f)
{
    for (int64_t i = 0; i < n; i++)
        memcpy(to + (size_t)i * f->item, f->value, f->item);
}

/* The last axis: runs of positions that follow each other are copied in one
 * go. */
static void fill_row(unsigned char *to, const unsigned char *from,
                     const struct filling *f, int axis)
{
    const int64_t *at = f->from[axis];
    int64_t n = f->out.dims[axis];

    for (int64_t i = 0, run; i < n; i += run) {
        run = 1;
        if (at[i] < 0) {
            fill(to + (size_t)i * f->item, 1, f);
            continue;
        }
        while (i + run < n && at[i + run] == at[i] + run)
            run++;
        memcpy(to + (size_t)i * f->item, from + (size_t)at[i] * f->item,
               (size_t)run * f->item);
    }
}

static void fill_axes(unsigned char *to, const unsigned char *from,
                      const struct filling *f, int axis)
{
    if (axis == f->out.rank - 1) {
        fill_row(to, from, f, axis);
        return;
    }
    for (int64_t i = 0; i < f->out.dims[axis]; i++) {
        int64_t at = f->from[axis][i];
        unsigned char *one = to + (size_t)(i * f->out_step[axis]) * f->item;
        if (at < 0)
            fill(one, f->out_step[axis], f);
        else
            fill_axes(one, from + (size_t)(at * f->in_step[axis]) * f->item,
                      f, axis + 1);
    }
}

static int map_axes(struct filling *f, const struct host_call *c,
                    const struct padding *p, enum how how,
                    struct prune_error *err)
{
    for (int k = 0; k < f->out.rank; k++) {
        int64_t size = f->x->shape.dims[k], n = f->out.dims[k];
        if (size == 0 && how != CONSTANT)
            return host_bad(c, err, "there is nothing to pad with along axis "
                            "%d", k);
        f->from[k] = mem_array(NULL, (size_t)n, sizeof *f->from[k]);
        if (!f->from[k])
            return err_memory(err, "a padding's positions");
        for (int64_t i = 0; i < n; i++)
            f->from[k][i] = source(how, i - p->low[k], size);
    }
    return 0;
}

/* Input 2, or before opset 11 an attribute; else zero. */
static int read_value(struct filling *f, const struct host_call *c,
                      struct prune_error *err)
{
    const struct tensor *given = host_in(c, 2);
    double number = (double)node_float(c->node, "value", 0);
    struct tensor one = {.dtype = f->x->dtype, .data = f->value};

    if (!given) {
        if (convert_can(one.dtype))
            convert_from_f64(&one, 0, 1, &number);
        return 0;
    }
    if (given->dtype != one.dtype || tensor_numel(given) != 1)
        return host_bad(c, err, "its value is no single %s",
                        dtype_name(one.dtype));
    memcpy(f->value, given->data, f->item);
    return 0;
}

static int find(struct padding *p, const struct host_call *c,
                const struct shape *x, struct prune_error *err)
{
    int found = ops_host_list(c, list_name(c->node), 1, &p->given, err);
    int some = found < 0 ? 0 : ops_host_list(c, NULL, 3, &p->axes, err);

    if (found < 0 || some < 0)
        return PRUNE_E_INPUT;
    return resolve(p, found, some, c->node, x, err);
}

static int run(struct host_call *c, struct filling *f, const struct padding *p,
               enum how how, struct prune_error *err)
{
    struct tensor *out;
    int e = host_out(c, 0, f->x->dtype, &f->out, &out, err);

    if (!e)
        e = read_value(f, c, err);
    if (e || !out->size)
        return e;
    if ((e = map_axes(f, c, p, how, err)))
        return e;
    ops_strides(f->in_step, &f->x->shape);
    ops_strides(f->out_step, &f->out);
    if (f->out.rank == 0)
        memcpy(out->data, f->x->data, f->item);
    else
        fill_axes(out->data, f->x->data, f, 0);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct filling f = {.x = host_need(c, 0, err)};
    struct padding p;
    enum how how = CONSTANT;
    int e = f.x ? find_how(&how, c, err) : PRUNE_E_INPUT;

    if (!e)
        e = find(&p, c, &f.x->shape, err);
    if (e)
        return e;
    f.item = dtype_size(f.x->dtype);
    f.out = f.x->shape;
    for (int k = 0; k < f.out.rank; k++)
        f.out.dims[k] = p.size[k];
    e = run(c, &f, &p, how, err);
    for (int k = 0; k < MAX_RANK; k++)
        mem_free(f.from[k]);
    return e;
}

const struct op op_pad = {
    .name = "Pad",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 4,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = lower,
    .host = host,
};
