#include <string.h>

#include "engine/nd.h"
#include "engine/passes_private.h"

/* Exporters split, transpose and join heads around the products of
 * attention. The primitive reads and writes them where they lie, so what is
 * left of those movements here is a change of view. */

/* Where the element [i0, i1, …] of a value is found in the slot: its index
 * along axis j is offset[j] + sum of step[j][k] * ik. */
struct source {
    int slot;
    int64_t offset[MAX_RANK], step[MAX_RANK][MAX_RANK];
    float scale; /* times this number */
};

static const struct shape *shape_of(const struct program *p, int slot)
{
    return &p->slots[slot].shape;
}

static void start(struct source *s, const struct program *p, int slot)
{
    *s = (struct source){.slot = slot, .scale = 1.0F};
    for (int i = 0; i < shape_of(p, slot)->rank; i++)
        s->step[i][i] = 1;
}

/* Index of an axis += factor * another index. */
static void add_index(struct source *to, int axis, const struct source *from,
                      int other, int64_t factor)
{
    to->offset[axis] += factor * from->offset[other];
    for (int k = 0; k < MAX_RANK; k++)
        to->step[axis][k] += factor * from->step[other][k];
}

static void through_transpose(struct source *s, const struct program *p,
                              const struct prim *t)
{
    struct source in = {.slot = t->in[0], .scale = s->scale};
    for (int i = 0; i < shape_of(p, t->out)->rank; i++)
        add_index(&in, t->transpose.perm[i], s, i, 1);
    *s = in;
}

static void through_slice(struct source *s, const struct program *p,
                          const struct prim *t)
{
    struct source in = {.slot = t->in[0], .scale = s->scale};
    for (int i = 0; i < shape_of(p, t->out)->rank; i++) {
        add_index(&in, i, s, i, t->slice.step[i]);
        in.offset[i] += t->slice.start[i];
    }
    *s = in;
}

/* Runs of axes of the two shapes that hold the same elements; every run may
 * have one axis of the input that is longer than 1. 0: it has more. */
static int through_view(struct source *s, const struct program *p,
                        const struct prim *v)
{
    const struct shape *x = shape_of(p, v->in[0]);
    const struct shape *y = shape_of(p, v->out);
    struct source in = {.slot = v->in[0], .scale = s->scale};
    int i = 0, k = 0;
    while (i < x->rank || k < y->rank) {
        int from = k, wide = -1;
        int64_t a = 1, b = 1;
        do {
            if (i < x->rank && (a < b || k >= y->rank || a == b)) {
                if (x->dims[i] > 1 && wide >= 0)
                    return 0;
                wide = x->dims[i] > 1 ? i : wide;
                a *= x->dims[i++];
            } else {
                b *= y->dims[k++];
            }
        } while (a != b && (i < x->rank || k < y->rank));
        if (a != b)
            return 0;
        int64_t factor = 1;
        for (int j = k - 1; j >= from; factor *= y->dims[j--])
            if (y->dims[j] > 1)
                add_index(&in, wide, s, j, factor);
    }
    *s = in;
    return 1;
}

/* One step back; 0 when the slot itself is to be read. */
static int step_back(struct source *s, const struct program *p,
                     const struct facts *f)
{
    int by = f->by[s->slot];
    const struct prim *t = by < 0 ? NULL : &p->prims[by];
    if (t == NULL)
        return 0;
    if (t->kind == &prim_transpose)
        through_transpose(s, p, t);
    else if (t->kind == &prim_slice)
        through_slice(s, p, t);
    else if (t->kind == &prim_view)
        return through_view(s, p, t);
    else if (t->kind == &prim_eltwise && t->eltwise.f == ELT_LINEAR &&
             t->eltwise.beta == 0.0F) {
        s->scale *= t->eltwise.alpha;
        s->slot = t->in[0];
    } else {
        return 0;
    }
    return 1;
}

/* Where the four axes of a value lie (three: without heads); `turned`: its
 * last two change places. */
static int find_source(const struct program *p, const struct facts *f,
                       int value, int turned, float *scale,
                       struct prim_view4 *out)
{
    struct source s;
    int64_t strides[MAX_RANK] = {0}, step[MAX_RANK] = {0};
    int rank = shape_of(p, value)->rank;
    start(&s, p, value);
    while (step_back(&s, p, f))
        continue;
    const struct shape *base = shape_of(p, s.slot);
    nd_strides(base, strides);
    out->offset = 0;
    for (int i = 0; i < base->rank; i++) {
        out->offset += strides[i] * s.offset[i];
        for (int k = 0; k < rank; k++)
            step[k] += strides[i] * s.step[i][k];
    }
    out->step[0] = step[0];
    out->step[1] = rank == 4 ? step[1] : 0;
    out->step[2] = step[rank - (turned ? 1 : 2)];
    out->step[3] = step[rank - (turned ? 2 : 1)];
    *scale *= s.scale;
    return s.slot;
}

/* The factor and the slot under functions `alpha x`, each read once. */
static int under_scale(const struct program *p, const struct facts *f,
                       int slot, float *scale)
{
    const struct prim *e = pass_made_by(p, f, slot, &prim_eltwise);
    if (e == NULL || e->eltwise.f != ELT_LINEAR || e->eltwise.beta != 0.0F)
        return slot;
    *scale *= e->eltwise.alpha;
    return f->uses[slot] == 1 ? e->in[0] : -1;
}

/* What was found: the products of scores and of values, and the mask. */
struct found {
    const struct prim *scores, *values;
    int mask;
    float alpha;
};

/* Scores times a number. */
static const struct prim *scaled_scores(const struct program *p,
                                        const struct facts *f, int slot,
                                        float *alpha)
{
    if (f->uses[slot] != 1)
        return NULL;
    *alpha = 1.0F;
    slot = under_scale(p, f, slot, alpha);
    const struct prim *m = pass_made_by(p, f, slot, &prim_matmul);
    if (m == NULL || f->uses[slot] != 1 || m->n_in > 2 ||
        m->matmul.trans_a)
        return NULL;
    *alpha *= m->matmul.alpha;
    return m;
}

/* The mask has at most as many axes as the scores, of which three would
 * stand where the primitive's four do not. */
static int mask_fits(const struct program *p, int mask, int scores)
{
    int rank = shape_of(p, scores)->rank;
    return shape_of(p, mask)->rank <= (rank == 4 ? 4 : 2);
}

static int find_scores(const struct program *p, const struct facts *f,
                       int slot, struct found *out)
{
    out->mask = -1;
    out->scores = scaled_scores(p, f, slot, &out->alpha);
    if (out->scores != NULL)
        return 1;
    const struct prim *sum = pass_made_by(p, f, slot, &prim_binary);
    if (sum == NULL || sum->binary.f != BIN_ADD || f->uses[slot] != 1)
        return 0;
    for (int k = 0; k < 2; k++) {
        out->scores = scaled_scores(p, f, sum->in[k], &out->alpha);
        out->mask = sum->in[1 - k];
        if (out->scores != NULL &&
            shape_equal(shape_of(p, sum->in[k]), shape_of(p, slot)))
            return mask_fits(p, out->mask, slot);
    }
    return 0;
}

/* The same batch axes everywhere. */
static int sizes_fit(const struct program *p, const struct found *found)
{
    const struct shape *q = shape_of(p, found->scores->in[0]);
    const struct shape *k = shape_of(p, found->scores->in[1]);
    const struct shape *v = shape_of(p, found->values->in[1]);
    if (q->rank < 3 || q->rank > 4 || k->rank != q->rank ||
        v->rank != q->rank ||
        shape_of(p, found->values->out)->rank != q->rank ||
        shape_numel(shape_of(p, found->values->out)) == 0 ||
        shape_numel(q) == 0)
        return 0;
    for (int i = 0; i < q->rank - 2; i++)
        if (q->dims[i] != k->dims[i] || q->dims[i] != v->dims[i])
            return 0;
    return 1;
}

static int find(const struct program *p, const struct facts *f, int at,
                struct found *out)
{
    const struct prim *m = &p->prims[at];
    if (m->kind != &prim_matmul || m->n_in > 2 || m->matmul.trans_a ||
        m->matmul.trans_b || m->matmul.alpha != 1.0F)
        return 0;
    const struct prim *s = pass_made_by(p, f, m->in[0], &prim_softmax);
    if (s == NULL || s->softmax.log || f->uses[m->in[0]] != 1 ||
        s->softmax.axis != shape_of(p, s->out)->rank - 1 ||
        !find_scores(p, f, s->in[0], out))
        return 0;
    out->values = m;
    return sizes_fit(p, out);
}

/* The transposition that joins the heads, when it alone reads the slot. */
static int joiner(const struct program *p, const struct facts *f, int at)
{
    static const int perm[4] = {0, 2, 1, 3};
    int slot = p->prims[at].out;
    if (f->uses[slot] != 1 || shape_of(p, slot)->rank != 4)
        return -1;
    for (int i = at + 1; i < p->n_prims; i++)
        if (p->prims[i].kind == &prim_transpose &&
            p->prims[i].in[0] == slot)
            return memcmp(p->prims[i].transpose.perm, perm, sizeof perm) == 0
                       ? i
                       : -1;
    return -1;
}

static int put(struct program *p, struct facts *f, int at,
               const struct found *found, struct prune_error *err)
{
    const struct shape *q = shape_of(p, found->scores->in[0]);
    const struct shape *s = shape_of(p, found->scores->out);
    const struct shape *o = shape_of(p, found->values->out);
    int rank = q->rank, to = joiner(p, f, at), in[4];
    float one = 1.0F;
    struct prim_attention a = {
        .alpha = found->alpha,
        .merged = to >= 0,
        .batch = q->dims[0],
        .heads = rank == 4 ? q->dims[1] : 1,
        .rows = q->dims[rank - 2],
        .columns = s->dims[rank - 1],
        .width = q->dims[rank - 1],
        .value_width = o->dims[rank - 1],
    };
    in[0] = find_source(p, f, found->scores->in[0], 0, &a.alpha, &a.q);
    in[1] = find_source(p, f, found->scores->in[1],
                        !found->scores->matmul.trans_b, &a.alpha, &a.k);
    in[2] = find_source(p, f, found->values->in[1], 0, &one, &a.v);
    in[3] = found->mask;
    if (one != 1.0F) { /* values in a scale of their own: as they are */
        in[2] = found->values->in[1];
        const struct shape *v = shape_of(p, in[2]);
        int64_t steps[MAX_RANK] = {0};
        nd_strides(v, steps);
        a.v = (struct prim_view4){
            0, {steps[0], rank == 4 ? steps[1] : 0, steps[rank - 2], 1}};
    }
    struct prim *prim = &p->prims[to >= 0 ? to : at];
    if (to >= 0) {
        f->by[p->prims[at].out] = -1;
        p->prims[at].kind = NULL;
    }
    prim->kind = &prim_attention;
    prim->attention = a;
    return pass_set_inputs(p, prim, in, in[3] >= 0 ? 4 : 3, err);
}

int pass_find_attention(struct program *p, struct prune_error *err)
{
    struct facts f;
    struct found found;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims && code == 0; i++)
        if (find(p, &f, i, &found))
            code = put(p, &f, i, &found, err);
    facts_done(&f);
    return code;
}
