#include <string.h>

#include "base/alloc.h"
#include "graph/couple_parts.h"

/* From the forest to units and groups. Everything is counted and filled in
 * passes over the positions, in the order of (value, axis, position): the
 * work is linear and the numbering does not depend on the forest's shape. */

struct collecting {
    struct coupling *c;
    int *unit_of_root;
    int *reason;     /* unit -> frozen reason + 1 */
    int *touch_from; /* unit -> its run in touches; n_units + 1 items */
    int *touches;    /* axes that a unit touches, ascending */
    int *stamp;      /* unit or group -> the last axis it was seen at */
    int *cursor;     /* group -> member */
    int *model;      /* group -> its first unit */
};

typedef void visit_f(struct collecting *x, int axis, int unit, int64_t i);

static void each_position(struct collecting *x, visit_f *f)
{
    const struct coupling *c = x->c;
    for (int a = 0; a < c->n_axes; a++)
        for (int64_t i = 0;
             c->axes[a].state == AXIS_LIVE && i < c->axes[a].size; i++)
            f(x, a, c->unit_of[c->axes[a].first + i], i);
}

static void number_units(struct collecting *x)
{
    struct coupling *c = x->c;
    for (int p = 0; p < c->n_positions; p++)
        x->unit_of_root[p] = -1;
    for (int a = 0; a < c->n_axes; a++) {
        if (c->axes[a].state != AXIS_LIVE)
            continue;
        for (int64_t i = 0; i < c->axes[a].size; i++) {
            int p = c->axes[a].first + (int)i, r = coupling_root(c, p);
            if (x->unit_of_root[r] < 0) {
                x->reason[c->n_units] = c->frozen[r];
                x->unit_of_root[r] = c->n_units++;
            }
            c->unit_of[p] = x->unit_of_root[r];
        }
    }
}

/* --- which axes a unit touches ----------------------------------------- */

static void count_touch(struct collecting *x, int axis, int unit, int64_t i)
{
    (void)i;
    if (x->stamp[unit] == axis + 1)
        return;
    x->stamp[unit] = axis + 1;
    x->touch_from[unit + 1]++;
}

static void note_touch(struct collecting *x, int axis, int unit, int64_t i)
{
    (void)i;
    if (x->stamp[unit] == axis + 1)
        return;
    x->stamp[unit] = axis + 1;
    x->touches[x->touch_from[unit]++] = axis;
}

static void clear_stamps(struct collecting *x)
{
    for (int u = 0; u < x->c->n_units; u++)
        x->stamp[u] = 0;
}

static void list_touches(struct collecting *x)
{
    int n = x->c->n_units;
    clear_stamps(x);
    each_position(x, count_touch);
    for (int u = 0; u < n; u++)
        x->touch_from[u + 1] += x->touch_from[u];
    clear_stamps(x);
    each_position(x, note_touch);
    /* Each run's start has become its end, which is the next one's start. */
    for (int u = n; u > 0; u--)
        x->touch_from[u] = x->touch_from[u - 1];
    x->touch_from[0] = 0;
}

/* --- groups: units that touch the same axes ---------------------------- */

static int n_touches(const struct collecting *x, int unit)
{
    return x->touch_from[unit + 1] - x->touch_from[unit];
}

static int alike(const struct collecting *x, int u, int v)
{
    int n = n_touches(x, u);
    return x->reason[u] == x->reason[v] && n == n_touches(x, v) &&
           !memcmp(x->touches + x->touch_from[u],
                   x->touches + x->touch_from[v], (size_t)n * sizeof(int));
}

static uint64_t hash_of(const struct collecting *x, int unit)
{
    uint64_t h = 14695981039346656037u ^ (uint64_t)x->reason[unit];
    for (int i = x->touch_from[unit]; i < x->touch_from[unit + 1]; i++)
        h = (h ^ (uint64_t)x->touches[i]) * 1099511628211u;
    return h ^ h >> 32;
}

static int group_units(struct collecting *x, struct prune_error *err)
{
    struct coupling *c = x->c;
    size_t room = 64;
    while (room < 2 * (size_t)c->n_units)
        room *= 2;
    int *slots = mem_calloc(room, sizeof *slots); /* group + 1 */
    if (!slots)
        return err_memory(err, "the coupling");
    for (int u = 0; u < c->n_units; u++) {
        size_t at = hash_of(x, u) & (room - 1);
        while (slots[at] && !alike(x, x->model[slots[at] - 1], u))
            at = (at + 1) & (room - 1);
        if (!slots[at]) {
            x->model[c->n_groups++] = u;
            slots[at] = c->n_groups;
        }
        c->group_of[u] = slots[at] - 1;
    }
    mem_free(slots);
    return 0;
}

static int make_groups(struct collecting *x, struct prune_error *err)
{
    struct coupling *c = x->c;
    size_t members = 0;
    c->groups = mem_calloc((size_t)c->n_groups, sizeof *c->groups);
    for (int g = 0; g < c->n_groups; g++)
        members += (size_t)n_touches(x, x->model[g]);
    c->members = mem_calloc(members, sizeof *c->members);
    if (!c->groups || !c->members)
        return err_memory(err, "the coupling");
    struct member *m = c->members;
    for (int g = 0; g < c->n_groups; g++) {
        int unit = x->model[g];
        c->groups[g] = (struct group){.members = m, .refusal = -1,
                                      .n_members = n_touches(x, unit)};
        for (int i = x->touch_from[unit]; i < x->touch_from[unit + 1]; i++) {
            const struct axis *a = &c->axes[x->touches[i]];
            *m++ = (struct member){a->value, a->axis, a->node,
                                   (enum role)a->role};
        }
    }
    for (int u = 0; u < c->n_units; u++)
        c->rank_of[u] = c->groups[c->group_of[u]].n_units++;
    return 0;
}

/* --- the positions of each unit, by member ----------------------------- */

/* Where the unit's run at this axis begins: axes come in the same ascending
 * order as the group's members, so that a counter finds the member. */
static int *start_of(struct collecting *x, int axis, int unit)
{
    struct coupling *c = x->c;
    int g = c->group_of[unit];
    if (x->stamp[g] != axis + 1) {
        x->stamp[g] = axis + 1;
        x->cursor[g]++;
    }
    return &c->starts[c->table_of[g] +
                      (x->cursor[g] - 1) * (c->groups[g].n_units + 1) +
                      c->rank_of[unit]];
}

static void count_position(struct collecting *x, int axis, int unit,
                           int64_t i)
{
    (void)i;
    start_of(x, axis, unit)[1]++;
}

static void put_position(struct collecting *x, int axis, int unit, int64_t i)
{
    x->c->positions[(*start_of(x, axis, unit))++] = i;
}

static void rewind_members(struct collecting *x)
{
    for (int g = 0; g < x->c->n_groups; g++)
        x->stamp[g] = x->cursor[g] = 0;
}

/* Each block of n_units + 1 starts belongs to one member; `f` sees it. */
typedef void block_f(int *starts, int n_units, int *total);

static void each_block(struct coupling *c, block_f *f)
{
    int total = 0;
    for (int g = 0; g < c->n_groups; g++)
        for (int m = 0; m < c->groups[g].n_members; m++)
            f(c->starts + c->table_of[g] + m * (c->groups[g].n_units + 1),
              c->groups[g].n_units, &total);
}

static void sum_up(int *starts, int n_units, int *total)
{
    starts[0] = *total;
    for (int u = 0; u < n_units; u++)
        starts[u + 1] += starts[u];
    *total = starts[n_units];
}

static void shift_back(int *starts, int n_units, int *total)
{
    for (int u = n_units; u > 0; u--)
        starts[u] = starts[u - 1];
    starts[0] = *total;
    *total = starts[n_units];
}

static int list_positions(struct collecting *x, struct prune_error *err)
{
    struct coupling *c = x->c;
    size_t table = 0;
    for (int g = 0; g < c->n_groups; g++) {
        c->table_of[g] = (int)table;
        table += (size_t)c->groups[g].n_members *
                 ((size_t)c->groups[g].n_units + 1);
    }
    c->starts = mem_calloc(table, sizeof *c->starts);
    c->positions = mem_calloc((size_t)c->n_positions, sizeof *c->positions);
    if (!c->starts || !c->positions)
        return err_memory(err, "the coupling");
    rewind_members(x);
    each_position(x, count_position);
    each_block(c, sum_up);
    rewind_members(x);
    each_position(x, put_position);
    each_block(c, shift_back);
    return 0;
}

/* --- refusals ---------------------------------------------------------- */

/* One for each node whose units are frozen, in the nodes' order; then one,
 * not counted, for each frozen group without such a node. */
static int list_refusals(struct collecting *x, struct prune_error *err)
{
    struct coupling *c = x->c;
    c->refusals = mem_calloc((size_t)c->n_nodes + (size_t)c->n_groups,
                             sizeof *c->refusals);
    int *first = mem_calloc((size_t)c->n_nodes, sizeof *first);
    if (!c->refusals || !first) {
        mem_free(first);
        return err_memory(err, "the coupling");
    }
    for (int g = 0; g < c->n_groups; g++)
        for (int m = 0; m < c->groups[g].n_members; m++) {
            const struct member *k = &c->groups[g].members[m];
            if (x->reason[x->model[g]] && k->role & ROLE_OUT &&
                !first[k->node])
                first[k->node] = x->reason[x->model[g]];
        }
    for (int n = 0; n < c->n_nodes; n++)
        if (first[n]) {
            c->refusals[c->n_refusals] = (struct refusal){
                n, c->reasons[first[n] - 1]};
            first[n] = ++c->n_refusals; /* from here on: its refusal + 1 */
        }
    for (int g = 0; g < c->n_groups; g++) {
        int reason = x->reason[x->model[g]], at = -1;
        for (int m = 0; reason && at < 0 && m < c->groups[g].n_members; m++)
            if (c->groups[g].members[m].role & ROLE_OUT)
                at = first[c->groups[g].members[m].node] - 1;
        if (reason && at < 0) {
            at = c->n_refusals + c->n_hidden++;
            c->refusals[at] = (struct refusal){-1, c->reasons[reason - 1]};
        }
        c->groups[g].refusal = at;
    }
    mem_free(first);
    return 0;
}

/* --- the whole --------------------------------------------------------- */

static int take_memory(struct collecting *x, size_t n)
{
    struct coupling *c = x->c;
    struct {
        int **at;
        size_t n;
    } all[] = {{&x->unit_of_root, n}, {&x->reason, n},
               {&x->touch_from, n + 1}, {&x->touches, n},
               {&x->stamp, n},          {&x->cursor, n},
               {&x->model, n},          {&c->unit_of, n},
               {&c->group_of, n},       {&c->rank_of, n},
               {&c->table_of, n}};
    int ok = 1;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ok &= (*all[i].at = mem_calloc(all[i].n, sizeof(int))) != NULL;
    return ok;
}

static void give_memory(struct collecting *x)
{
    int *const all[] = {x->unit_of_root, x->reason, x->touch_from, x->touches,
                        x->stamp,        x->cursor, x->model};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
}

int coupling_collect(struct coupling *c, struct prune_error *err)
{
    struct collecting x = {.c = c};
    int rc = take_memory(&x, (size_t)c->n_positions)
                 ? 0
                 : err_memory(err, "the coupling");
    if (!rc) {
        number_units(&x);
        list_touches(&x);
        rc = group_units(&x, err);
    }
    if (!rc)
        rc = make_groups(&x, err);
    if (!rc)
        rc = list_positions(&x, err);
    if (!rc)
        rc = list_refusals(&x, err);
    give_memory(&x);
    return rc;
}

/* --- readers ----------------------------------------------------------- */

int coupling_n_groups(const struct coupling *c)
{
    return c->n_groups;
}

const struct group *coupling_group(const struct coupling *c, int i)
{
    return &c->groups[i];
}

int coupling_n_refusals(const struct coupling *c)
{
    return c->n_refusals;
}

const struct refusal *coupling_refusal(const struct coupling *c, int i)
{
    return &c->refusals[i];
}

void coupling_positions(const struct coupling *c, int group, int unit,
                        int member, const int64_t **positions, int64_t *n)
{
    const int *start = c->starts + c->table_of[group] +
                       member * (c->groups[group].n_units + 1) + unit;
    *positions = c->positions + start[0];
    *n = start[1] - start[0];
}

int coupling_unit(const struct coupling *c, int value, int axis, int64_t i,
                  int *group)
{
    const struct axis *x = coupling_axis(c, value, axis);
    if (!x || x->state != AXIS_LIVE || i < 0 || i >= x->size)
        return -1;
    int unit = c->unit_of[x->first + i];
    *group = c->group_of[unit];
    return c->rank_of[unit];
}
