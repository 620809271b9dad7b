#include "base/alloc.h"
#include "graph/convert.h"
#include "graph/host.h"
#include "ops/infer.h"
#include "ops/lowering.h"

/* Einstein's sums: each operand's axes have letters; the output's letters
 * stay, the others are summed over. "..." stands for leading axes that
 * broadcast; without "->" the output has the letters that occur once, in
 * alphabetical order. A product of two float operands that share a batch
 * and one sum is lowered to a matrix product. */

enum { LETTERS = 52, LABELS = LETTERS + MAX_RANK, OPERANDS = 16 };

struct einsum {
    int n; /* operands */
    struct {
        int rank, label[MAX_RANK];
        int64_t dims[MAX_RANK];
    } in[OPERANDS];
    int rank, label[MAX_RANK]; /* of the output */
    int64_t size[LABELS];      /* -1: unused */
    int uses[LABELS];
    int dots; /* the most axes that an ellipsis stands for */
};

static int letter(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= 'a' && c <= 'z' ? c - 'a' + 26 : -1;
}

/* One term up to a comma, an arrow or the end: its labels, `dots` axes for
 * an ellipsis. NULL when it is none. */
static const char *read_term(const char *p, int *label, int *rank, int dots)
{
    int n = 0, had_dots = 0;

    for (; *p && *p != ',' && *p != '-'; p++) {
        if (*p == ' ')
            continue;
        if (p[0] == '.' && p[1] == '.' && p[2] == '.' && !had_dots) {
            for (int k = 0; k < dots; k++, n++)
                if (n < MAX_RANK)
                    label[n] = LABELS - dots + k;
            had_dots = 1;
            p += 2;
            continue;
        }
        if (letter(*p) < 0)
            return NULL;
        if (n < MAX_RANK)
            label[n] = letter(*p);
        n++;
    }
    *rank = n;
    return n <= MAX_RANK ? p : NULL;
}

static int has_dots(const char *p)
{
    for (; *p && *p != ',' && *p != '-'; p++)
        if (*p == '.')
            return 1;
    return 0;
}

/* An operand's term: the ellipsis stands for what the letters leave over. */
static const char *read_operand(struct einsum *s, int i, const char *p,
                                const struct shape *shape)
{
    int letters, *label = s->in[i].label, rank;
    const char *end = read_term(p, label, &letters, 0);

    if (!end || letters > shape->rank ||
        (letters < shape->rank && !has_dots(p)))
        return NULL;
    if (shape->rank - letters > s->dots)
        s->dots = shape->rank - letters;
    end = read_term(p, label, &rank, shape->rank - letters);
    s->in[i].rank = rank;
    for (int k = 0; k < rank; k++) {
        int64_t *size = &s->size[label[k]], dim = shape->dims[k];
        if (*size >= 0 && *size != 1 && dim != 1 && *size != dim)
            return NULL;
        if (*size < 0 || *size == 1)
            *size = dim;
        s->in[i].dims[k] = dim;
        s->uses[label[k]]++;
    }
    return end;
}

/* What is not told: the ellipsis' axes, then letters that occur once. */
static int default_output(struct einsum *s)
{
    for (int k = LABELS - s->dots; k < LABELS; k++)
        s->label[s->rank++] = k;
    for (int k = 0; k < LETTERS; k++)
        if (s->uses[k] == 1) {
            if (s->rank == MAX_RANK)
                return -1;
            s->label[s->rank++] = k;
        }
    return 0;
}

static int read_output(struct einsum *s, const char *p)
{
    if (p[0] != '-' || p[1] != '>')
        return -1;
    p = read_term(p + 2, s->label, &s->rank, has_dots(p + 2) ? s->dots : 0);
    if (!p || *p)
        return -1;
    for (int k = 0; k < s->rank; k++) {
        if (s->size[s->label[k]] < 0)
            return -1;
        for (int i = 0; i < k; i++)
            if (s->label[i] == s->label[k])
                return -1;
    }
    return 0;
}

/* 0, or -1 when the equation and the shapes do not fit. */
static int parse(struct einsum *s, const char *p,
                 const struct shape *const *shapes, int n)
{
    *s = (struct einsum){.n = n};
    for (int k = 0; k < LABELS; k++)
        s->size[k] = -1;
    if (n < 1 || n > OPERANDS)
        return -1;
    for (int i = 0; i < n; i++) {
        p = read_operand(s, i, p, shapes[i]);
        if (!p || (i + 1 < n && *p++ != ','))
            return -1;
    }
    return *p ? read_output(s, p) : default_output(s);
}

static struct shape out_shape(const struct einsum *s)
{
    struct shape out = {.rank = s->rank};

    for (int k = 0; k < s->rank; k++)
        out.dims[k] = s->size[s->label[k]];
    return out;
}

static int parse_node(struct einsum *s, const struct graph *g,
                      const struct node *n)
{
    const struct shape *shapes[OPERANDS];

    for (int i = 0; i < n->n_inputs && i < OPERANDS; i++) {
        if (!node_in(g, n, i))
            return -1;
        shapes[i] = &node_in(g, n, i)->shape;
    }
    return parse(s, node_text(n, "equation", ""), shapes, n->n_inputs);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct einsum s;
    struct shape out;

    if (parse_node(&s, g, n))
        return ops_bad(n, err, "'%s' does not fit its operands",
                       node_text(n, "equation", ""));
    out = out_shape(&s);
    return ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

/* --- any operands ------------------------------------------------------ */

struct sums {
    int n_sum, sum[LABELS];
    int64_t index[LABELS];
    int64_t stride[OPERANDS][LABELS]; /* 0: repeated or absent */
    double *x[OPERANDS];
};

static void find_strides(struct sums *w, const struct einsum *s)
{
    for (int i = 0; i < s->n; i++) {
        int64_t step = 1;
        for (int k = s->in[i].rank - 1; k >= 0; k--) {
            if (s->in[i].dims[k] != 1)
                w->stride[i][s->in[i].label[k]] += step;
            step *= s->in[i].dims[k];
        }
    }
    for (int k = 0; k < LABELS; k++) {
        int kept = s->size[k] < 0;
        for (int i = 0; i < s->rank; i++)
            kept |= s->label[i] == k;
        if (!kept)
            w->sum[w->n_sum++] = k;
    }
}

/* The next place of some labels, last fastest; `at` follows. */
static int step(struct sums *w, const struct einsum *s, const int *label,
                int n, int64_t *at)
{
    for (int k = n - 1; k >= 0; k--) {
        int l = label[k];
        w->index[l]++;
        for (int i = 0; i < s->n; i++)
            at[i] += w->stride[i][l];
        if (w->index[l] < s->size[l])
            return 1;
        for (int i = 0; i < s->n; i++)
            at[i] -= w->stride[i][l] * w->index[l];
        w->index[l] = 0;
    }
    return 0;
}

static double sum(struct sums *w, const struct einsum *s, int64_t *at)
{
    double total = 0.0;

    do {
        double product = 1.0;
        for (int i = 0; i < s->n; i++)
            product *= w->x[i][at[i]];
        total += product;
    } while (step(w, s, w->sum, w->n_sum, at));
    return total;
}

static void fill(struct sums *w, const struct einsum *s, struct tensor *y)
{
    int64_t at[OPERANDS] = {0}, n = 0;
    int empty = 0;

    if (tensor_numel(y) == 0)
        return;
    for (int k = 0; k < w->n_sum; k++)
        empty |= s->size[w->sum[k]] == 0;
    do {
        double total = empty ? 0.0 : sum(w, s, at);
        convert_from_f64(y, n++, 1, &total);
    } while (step(w, s, s->label, s->rank, at));
}

static int parse_call(struct einsum *s, struct host_call *c,
                      struct prune_error *err)
{
    const struct shape *shapes[OPERANDS];

    for (int i = 0; i < c->node->n_inputs; i++) {
        const struct tensor *t = host_need(c, i, err);
        if (!t)
            return PRUNE_E_INPUT;
        if (i == OPERANDS || !convert_can(t->dtype))
            return host_refuse(c, err, "more than %d operands, or no numbers",
                               OPERANDS);
        shapes[i] = &t->shape;
    }
    return parse(s, node_text(c->node, "equation", ""), shapes,
                 c->node->n_inputs)
               ? host_bad(c, err, "its equation does not fit its operands")
               : 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct einsum s;
    struct sums w = {0};
    struct tensor *y;
    struct shape out;
    int e = parse_call(&s, c, err);

    if (e)
        return e;
    out = out_shape(&s);
    e = host_out(c, 0, host_in(c, 0)->dtype, &out, &y, err);
    for (int i = 0; !e && i < s.n; i++) {
        int64_t n = tensor_numel(host_in(c, i));
        w.x[i] = mem_calloc((size_t)n, sizeof *w.x[i]);
        if (w.x[i])
            convert_to_f64(w.x[i], host_in(c, i), 0, n);
        else
            e = err_memory(err, "an operand");
    }
    find_strides(&w, &s);
    if (!e)
        fill(&w, &s, y);
    for (int i = 0; i < s.n; i++)
        mem_free(w.x[i]);
    return e;
}

/* --- a matrix product -------------------------------------------------- */

/* The labels of both and the output, of the first and the output, of the
 * second and the output, and of both alone. */
struct parts {
    int n[4], label[4][MAX_RANK];
};
enum { BATCH, ROWS, COLUMNS, INNER };

static int holds(const int *label, int n, int l)
{
    for (int k = 0; k < n; k++)
        if (label[k] == l)
            return 1;
    return 0;
}

static int sort(struct parts *p, const struct einsum *s)
{
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < s->in[i].rank; k++) {
            int l = s->in[i].label[k], to;
            int other = holds(s->in[!i].label, s->in[!i].rank, l);
            int out = holds(s->label, s->rank, l);
            if (holds(s->in[i].label, k, l) ||
                s->in[i].dims[k] != s->size[l] || (!other && !out))
                return -1;
            to = other ? (out ? BATCH : INNER) : i ? COLUMNS : ROWS;
            if (!other || i == 0)
                p->label[to][p->n[to]++] = l;
        }
    return p->n[BATCH] + p->n[ROWS] + p->n[COLUMNS] == s->rank ? 0 : -1;
}

static int64_t size_of(const struct einsum *s, const struct parts *p, int i)
{
    int64_t n = 1;

    for (int k = 0; k < p->n[i]; k++)
        n *= s->size[p->label[i][k]];
    return n;
}

/* Where labels stand that come part by part; whether that is in order. */
static int order(int *perm, const struct parts *p, const int *parts, int n,
                 const int *label, int rank)
{
    int at = 0, straight = 1;

    for (int i = 0; i < n; i++)
        for (int k = 0; k < p->n[parts[i]]; k++, at++)
            for (int j = 0; j < rank; j++)
                if (label[j] == p->label[parts[i]][k]) {
                    perm[at] = j;
                    straight &= j == at;
                }
    return straight;
}

static int add_view(struct lowering *l, const struct node *n, int slot,
                    const struct shape *shape, struct prune_error *err)
{
    int out = slot < 0 ? slot : lower_temp(l, shape, err), e;

    if (out < 0)
        return out;
    e = lower_add(l, n, (struct prim){.kind = &prim_view}, &slot, 1, out,
                  err);
    return e ? e : out;
}

/* Operand i as [batch, a, b]; *flipped: as [batch, b, a], which needs no
 * transposition. */
static int matrix(struct lowering *l, const struct node *n,
                  const struct einsum *s, const struct parts *p, int i,
                  int a, int b, int *flipped, struct prune_error *err)
{
    struct prim t = {.kind = &prim_transpose};
    int slot = lower_in(l, n, i), wide, e;
    struct shape shape = {.rank = s->in[i].rank};
    int64_t sa = size_of(s, p, a), sb = size_of(s, p, b);

    *flipped = order(t.transpose.perm, p, (int[]){BATCH, b, a}, 3,
                     s->in[i].label, shape.rank);
    if (!*flipped && !order(t.transpose.perm, p, (int[]){BATCH, a, b}, 3,
                            s->in[i].label, shape.rank)) {
        for (int k = 0; k < shape.rank; k++)
            shape.dims[k] = s->in[i].dims[t.transpose.perm[k]];
        wide = slot < 0 ? slot : lower_temp(l, &shape, err);
        if (wide < 0)
            return wide;
        e = lower_add(l, n, t, &slot, 1, wide, err);
        if (e)
            return e;
        slot = wide;
    }
    shape = (struct shape){.rank = 3,
                           .dims = {size_of(s, p, BATCH),
                                    *flipped ? sb : sa,
                                    *flipped ? sa : sb}};
    return add_view(l, n, slot, &shape, err);
}

/* The product [batch, rows, columns] becomes the output. */
static int give(struct lowering *l, const struct node *n,
                const struct einsum *s, const struct parts *p, int product,
                struct prune_error *err)
{
    const int parts[] = {BATCH, ROWS, COLUMNS};
    struct prim t = {.kind = &prim_transpose};
    struct shape shape = {.rank = s->rank};
    int back[MAX_RANK], at = 0;

    if (order(back, p, parts, 3, s->label, s->rank))
        return lower_add(l, n, (struct prim){.kind = &prim_view}, &product,
                         1, lower_out(l, n, 0), err);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < p->n[parts[i]]; k++, at++) {
            shape.dims[at] = s->size[p->label[parts[i]][k]];
            t.transpose.perm[back[at]] = at;
        }
    product = add_view(l, n, product, &shape, err);
    return product < 0 ? product
                       : lower_add(l, n, t, &product, 1, lower_out(l, n, 0),
                                   err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim m = {.kind = &prim_matmul, .matmul = {0, 0, 1, 0}};
    struct parts p = {0};
    struct einsum s;
    int in[2], out, e;

    if (parse_node(&s, g, n) || s.n != 2 || sort(&p, &s))
        return lower_refuse(n, err, "it is no product of matrices");
    in[0] = matrix(l, n, &s, &p, 0, ROWS, INNER, &m.matmul.trans_a, err);
    if (in[0] < 0)
        return in[0];
    in[1] = matrix(l, n, &s, &p, 1, INNER, COLUMNS, &m.matmul.trans_b, err);
    if (in[1] < 0)
        return in[1];
    out = lower_temp(l,
                     &(struct shape){.rank = 3,
                                     .dims = {size_of(&s, &p, BATCH),
                                              size_of(&s, &p, ROWS),
                                              size_of(&s, &p, COLUMNS)}},
                     err);
    if (out < 0)
        return out;
    e = lower_add(l, n, m, in, 2, out, err);
    return e ? e : give(l, n, &s, &p, out, err);
}

const struct op op_einsum = {
    .name = "Einsum",
    .domain = "",
    .since = 12,
    .min_inputs = 1,
    .max_inputs = -1,
    .infer = infer,
    .lower = lower,
    .host = host,
};
