#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/couple_parts.h"

/* The forest of positions, and what operators may say about it. */

enum { MAX_POSITIONS = 1 << 26, MAX_REASONS = 1 << 24 };

/* The first reasons are there from the start, so that what only touches
 * them cannot fail. */
enum { REASON_PLAIN, REASON_MIXED };

static int add_reason(struct coupling *c, const char *text)
{
    if (c->n_reasons == c->room_reasons) {
        int room = 16 + 2 * c->room_reasons;
        void *p = room > MAX_REASONS ? NULL
                                     : mem_array(c->reasons, (size_t)room,
                                                 sizeof *c->reasons);
        if (!p)
            return -1;
        c->reasons = p;
        c->room_reasons = room;
    }
    c->reasons[c->n_reasons] = text;
    return c->n_reasons++;
}

static void lay_out_axes(struct coupling *c)
{
    int at = 0;
    for (int v = 0; v < c->n_values; v++) {
        const struct shape *s = &c->g->values[v].shape;
        c->axis_at[v] = at;
        for (int a = 0; a < s->rank; a++)
            c->axes[at++] = (struct axis){.value = v, .axis = a,
                                          .size = s->dims[a], .node = -1};
    }
    c->axis_at[c->n_values] = at;
}

int coupling_new(struct coupling **out, const struct graph *g,
                 struct prune_error *err)
{
    struct coupling *c = mem_new(sizeof *c);
    if (!c)
        return err_memory(err, "the coupling");
    c->g = g;
    c->n_values = g->n_values;
    c->n_nodes = g->n_nodes;
    for (int v = 0; v < g->n_values; v++)
        if (g->values[v].shape.rank > 0)
            c->n_axes += g->values[v].shape.rank;
    c->axis_at = mem_calloc((size_t)c->n_values + 1, sizeof *c->axis_at);
    c->axes = mem_calloc((size_t)c->n_axes, sizeof *c->axes);
    if (!c->axis_at || !c->axes ||
        add_reason(c, "used as a batch, space or time axis too") < 0 ||
        add_reason(c, "mixed with an axis that is no channel") < 0) {
        coupling_free(c);
        return err_memory(err, "the coupling");
    }
    lay_out_axes(c);
    *out = c;
    return 0;
}

void coupling_free(struct coupling *c)
{
    if (!c)
        return;
    void *const all[] = {c->axis_at,  c->axes,    c->parent,   c->frozen,
                         c->reasons,  c->groups,  c->members,  c->unit_of,
                         c->group_of, c->rank_of, c->table_of, c->starts,
                         c->positions, c->refusals};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
    arena_done(&c->arena);
    mem_free(c);
}

/* --- the forest -------------------------------------------------------- */

int coupling_root(const struct coupling *c, int p)
{
    while (c->parent[p] != p) {
        c->parent[p] = c->parent[c->parent[p]];
        p = c->parent[p];
    }
    return p;
}

/* The lower position becomes the root: the same graph gives the same
 * forest. Of two reasons the one that was given first stays. */
static void unite(struct coupling *c, int p, int q)
{
    p = coupling_root(c, p);
    q = coupling_root(c, q);
    if (p == q)
        return;
    if (p > q) {
        int t = p;
        p = q;
        q = t;
    }
    c->parent[q] = p;
    int a = c->frozen[p], b = c->frozen[q];
    c->frozen[p] = !a || (b && b < a) ? b : a;
}

static void freeze_run(struct coupling *c, const struct axis *x, int64_t from,
                       int64_t n, int reason)
{
    for (int64_t i = 0; i < n; i++) {
        int r = coupling_root(c, x->first + (int)(from + i));
        if (!c->frozen[r])
            c->frozen[r] = reason + 1;
    }
}

static int room_for(struct coupling *c, int64_t n, struct prune_error *err)
{
    int64_t want = c->n_positions + n;
    if (n > MAX_POSITIONS || want > MAX_POSITIONS)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "the network has more than %d channel positions",
                       MAX_POSITIONS);
    if (want <= c->room_positions)
        return 0;
    int64_t room = want + want / 2 + 1024;
    void *p = mem_array(c->parent, (size_t)room, sizeof *c->parent);
    if (p)
        c->parent = p;
    void *f = mem_array(c->frozen, (size_t)room, sizeof *c->frozen);
    if (f)
        c->frozen = f;
    if (!p || !f)
        return err_memory(err, "the coupling");
    c->room_positions = (int)room;
    return 0;
}

/* Gives an untouched axis its positions. */
static int enliven(struct coupling *c, struct axis *x,
                   struct prune_error *err)
{
    if (x->state != AXIS_UNTOUCHED)
        return 0;
    int rc = room_for(c, x->size, err);
    if (rc)
        return rc;
    x->state = AXIS_LIVE;
    x->first = c->n_positions;
    for (int64_t i = 0; i < x->size; i++, c->n_positions++) {
        c->parent[c->n_positions] = c->n_positions;
        c->frozen[c->n_positions] = 0;
    }
    return 0;
}

/* --- what operators say ------------------------------------------------ */

void couple_plain(struct coupling *c, int value, int axis)
{
    struct axis *x = coupling_axis(c, value, axis);
    if (x && x->state == AXIS_UNTOUCHED)
        x->state = AXIS_PLAIN;
    else if (x && x->state == AXIS_LIVE)
        freeze_run(c, x, 0, x->size, REASON_PLAIN);
}

int couple_is_plain(const struct coupling *c, int value, int axis)
{
    const struct axis *x = coupling_axis(c, value, axis);
    return x && x->state == AXIS_PLAIN;
}

void couple_plain_all(struct coupling *c, int value)
{
    for (int a = 0; coupling_axis(c, value, a); a++)
        couple_plain(c, value, a);
}

/* An axis meets a plain one: it is plain too, or may not be pruned. */
static void meet_plain(struct coupling *c, struct axis *x, int64_t from,
                       int64_t n)
{
    if (x->state == AXIS_UNTOUCHED)
        x->state = AXIS_PLAIN;
    else if (x->state == AXIS_LIVE)
        freeze_run(c, x, from, n, REASON_MIXED);
}

int couple_span(struct coupling *c, int a, int axis_a, int64_t from_a, int b,
                int axis_b, int64_t from_b, int64_t n,
                struct prune_error *err)
{
    struct axis *x = coupling_axis(c, a, axis_a);
    struct axis *y = coupling_axis(c, b, axis_b);
    if (!x || !y || from_a < 0 || from_b < 0 || n < 0 ||
        from_a > x->size - n || from_b > y->size - n)
        return err_set(err, PRUNE_E_FAILED,
                       "axis %d of '%s' and axis %d of '%s' cannot be tied",
                       axis_a, a < 0 ? "" : c->g->values[a].name, axis_b,
                       b < 0 ? "" : c->g->values[b].name);
    if (x->state == AXIS_PLAIN || y->state == AXIS_PLAIN) {
        meet_plain(c, x, from_a, n);
        meet_plain(c, y, from_b, n);
        return 0;
    }
    int rc = enliven(c, x, err);
    if (!rc)
        rc = enliven(c, y, err);
    for (int64_t i = 0; !rc && i < n; i++)
        unite(c, x->first + (int)(from_a + i), y->first + (int)(from_b + i));
    return rc;
}

int couple_one(struct coupling *c, int a, int axis_a, int64_t i, int b,
               int axis_b, int64_t j, struct prune_error *err)
{
    return couple_span(c, a, axis_a, i, b, axis_b, j, 1, err);
}

int couple_same(struct coupling *c, int a, int axis_a, int b, int axis_b,
                struct prune_error *err)
{
    const struct axis *x = coupling_axis(c, a, axis_a);
    const struct axis *y = coupling_axis(c, b, axis_b);
    /* -1 is no possible length: couple_span words the refusal. */
    return couple_span(c, a, axis_a, 0, b, axis_b, 0,
                       x && y && x->size == y->size ? x->size : -1, err);
}

static int new_reason(struct coupling *c, const struct node *n,
                      const char *reason, struct prune_error *err)
{
    size_t room = strlen(reason) + (n ? strlen(n->label) : 0) + 16;
    char *text = arena_calloc(&c->arena, room, 1);
    if (!text)
        return err_memory(err, "the coupling");
    if (n)
        snprintf(text, room, "%s (node %s)", reason, n->label);
    else
        snprintf(text, room, "%s", reason);
    int at = add_reason(c, text);
    return at < 0 ? err_memory(err, "the coupling") : at;
}

static int freeze_axis(struct coupling *c, struct axis *x, int reason,
                       struct prune_error *err)
{
    int rc = enliven(c, x, err);
    if (!rc && x->state == AXIS_LIVE)
        freeze_run(c, x, 0, x->size, reason);
    return rc;
}

int couple_freeze(struct coupling *c, int value, int axis,
                  const struct node *n, const char *reason,
                  struct prune_error *err)
{
    struct axis *x = coupling_axis(c, value, axis);
    if (!x || x->state == AXIS_PLAIN)
        return 0;
    int at = new_reason(c, n, reason, err);
    return at < 0 ? at : freeze_axis(c, x, at, err);
}

int couple_freeze_all(struct coupling *c, int value, const struct node *n,
                      const char *reason, struct prune_error *err)
{
    int rc = 0;
    if (!coupling_axis(c, value, 0))
        return 0;
    int at = new_reason(c, n, reason, err);
    for (int a = 0; at >= 0 && !rc && coupling_axis(c, value, a); a++)
        rc = freeze_axis(c, coupling_axis(c, value, a), at, err);
    return at < 0 ? at : rc;
}

int couple_role(struct coupling *c, const struct node *n, int value, int axis,
                enum role role, struct prune_error *err)
{
    int home = value_constant_home(c->g, value);
    struct axis *x = coupling_axis(c, home, axis);
    if (!x || x->state == AXIS_PLAIN)
        return 0;
    x->role |= (unsigned)role;
    if (x->node < 0)
        x->node = (int)(n - c->g->nodes);
    return enliven(c, x, err);
}
