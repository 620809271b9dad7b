#include "ops/window.h"

#include <assert.h>
#include <string.h>

#include "ops/infer.h"

/* Far above any real window, far below what could overflow. */
enum { MAX_STEP = 1 << 24 };

static int space_of(int *out, const struct shape *x, const struct node *n,
                    struct prune_error *err)
{
    int space = x->rank - 2;

    if (space < 1 || space > MAX_SPACE)
        return ops_bad(n, err, "an input of %d axes; it takes 3 to %d",
                       space + 2, MAX_SPACE + 2);
    *out = space;
    return 0;
}

int ops_space(int *out, const struct graph *g, const struct node *n,
              struct prune_error *err)
{
    return space_of(out, &node_in(g, n, 0)->shape, n, err);
}

/* An attribute of `want` entries within [least, MAX_STEP]; absent: `other`
 * throughout. */
static int steps(const struct node *n, const char *name, int want,
                 int64_t least, int64_t other, int64_t *out,
                 struct prune_error *err)
{
    int64_t found[2 * MAX_SPACE];
    int64_t have = node_ints(n, name, found, 2 * MAX_SPACE);

    if (have != 0 && have != want)
        return ops_bad(n, err, "attribute %s has %lld entries, not %d", name,
                       (long long)have, want);
    for (int i = 0; i < want; i++) {
        out[i] = have ? found[i] : other;
        if (out[i] < least || out[i] > MAX_STEP)
            return ops_bad(n, err, "attribute %s holds %lld", name,
                           (long long)out[i]);
    }
    return 0;
}

/* auto_pad SAME: as many positions as input / stride, rounded up, and just
 * the padding that this needs; the odd one goes to the end for UPPER. */
static void pad_same(struct window *w, int i, int64_t in, int64_t reach,
                     int upper)
{
    int64_t out, total;

    assert(w->stride[i] > 0);
    out = (in + w->stride[i] - 1) / w->stride[i];
    total = (out - 1) * w->stride[i] + reach - in;

    if (total < 0)
        total = 0;
    w->pad_low[i] = upper ? total / 2 : total - total / 2;
    w->pad_high[i] = total - w->pad_low[i];
}

static int read_pads(struct window *w, const struct shape *x,
                     const struct node *n, struct prune_error *err)
{
    const char *mode = node_text(n, "auto_pad", "NOTSET");
    const int64_t *dims = x->dims + 2;
    int upper = strcmp(mode, "SAME_UPPER") == 0;
    int lower = strcmp(mode, "SAME_LOWER") == 0;
    int64_t pads[2 * MAX_SPACE] = {0};

    if (strcmp(mode, "NOTSET") == 0 || *mode == '\0') {
        int e = steps(n, "pads", 2 * w->space, 0, 0, pads, err);
        if (e)
            return e;
    } else if (!upper && !lower && strcmp(mode, "VALID") != 0) {
        return ops_bad(n, err, "auto_pad \"%.40s\" is not known", mode);
    }
    for (int i = 0; i < w->space; i++) {
        int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
        w->pad_low[i] = pads[i];
        w->pad_high[i] = pads[w->space + i];
        if (upper || lower)
            pad_same(w, i, dims[i], reach, upper);
    }
    return 0;
}

/* Counts the positions along one axis. With ceil_mode a last window may
 * hang over the end, but not begin in the padding there. */
static int count(struct window *w, const struct node *n, int i, int64_t in,
                 int ceil_mode, struct prune_error *err)
{
    int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1;
    int64_t room = in + w->pad_low[i] + w->pad_high[i] - reach;
    int64_t over, padded = room + reach;

    assert(w->stride[i] > 0);
    if (room < 0)
        return ops_bad(n, err, "a window of %lld over a padded axis of %lld",
                       (long long)reach, (long long)padded);
    w->out[i] = room / w->stride[i] + 1;
    if (ceil_mode && room % w->stride[i] &&
        w->out[i] * w->stride[i] < in + w->pad_low[i])
        w->out[i]++;
    over = (w->out[i] - 1) * w->stride[i] - room;
    w->ceil_extra[i] = over > 0 ? over : 0;
    return 0;
}

int ops_window_of(struct window *out, const struct shape *x,
                  const struct node *n, const int64_t *kernel,
                  struct prune_error *err)
{
    struct window w = {0};
    int ceil_mode = node_int(n, "ceil_mode", 0) != 0;
    int e;

    (void)((e = space_of(&w.space, x, n, err)) ||
           (e = steps(n, "strides", w.space, 1, 1, w.stride, err)) ||
           (e = steps(n, "dilations", w.space, 1, 1, w.dilation, err)));
    for (int i = 0; !e && i < w.space; i++) {
        w.kernel[i] = kernel[i];
        if (kernel[i] < 1 || kernel[i] > MAX_STEP)
            e = ops_bad(n, err, "a window of %lld", (long long)kernel[i]);
    }
    if (!e)
        e = read_pads(&w, x, n, err);
    for (int i = 0; !e && i < w.space; i++)
        e = count(&w, n, i, x->dims[2 + i], ceil_mode, err);
    if (!e)
        *out = w;
    return e;
}

int ops_window(struct window *out, const struct graph *g,
               const struct node *n, const int64_t *kernel,
               struct prune_error *err)
{
    return ops_window_of(out, &node_in(g, n, 0)->shape, n, kernel, err);
}

int ops_window_pool_of(struct window *out, const struct shape *x,
                       const struct node *n, struct prune_error *err)
{
    int64_t kernel[MAX_SPACE] = {0};
    int space = 0, e;

    (void)((e = space_of(&space, x, n, err)) ||
           (e = steps(n, "kernel_shape", space, 1, 0, kernel, err)));
    return e ? e : ops_window_of(out, x, n, kernel, err);
}

int ops_window_pool(struct window *out, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    return ops_window_pool_of(out, &node_in(g, n, 0)->shape, n, err);
}
