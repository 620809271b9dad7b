#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/sequences.h"

/* x [C] or [N, C] of integers; y [n] or [N, n]: how often each n-gram of a
 * pool is found in the row, where up to max_skip_count places may lie
 * between neighbours, counted, seen or weighted by `mode`. */

struct gram {
    const int64_t *words; /* borrowed from the attribute */
    int64_t n, id;        /* words, place in ngram_indexes */
};

struct tfidf {
    const struct attr *pool, *counts, *indexes, *weights;
    struct gram *grams; /* sorted */
    int64_t n_grams, shortest, longest, skips, width;
    int64_t n_rows, length;
    int64_t *row; /* [length + longest]: the row, then a gram of it */
};

static int compare(const void *a, const void *b)
{
    const struct gram *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    for (int64_t i = 0; i < x->n; i++)
        if (x->words[i] != y->words[i])
            return x->words[i] < y->words[i] ? -1 : 1;
    return 0;
}

/* Takes the pool apart: from counts[i] on it holds grams of i + 1 words. */
static int read_grams(struct host_call *c, struct tfidf *t,
                      struct prune_error *err)
{
    t->grams = mem_calloc((size_t)t->indexes->n, sizeof *t->grams);
    if (!t->grams)
        return err_memory(err, "n-grams");
    for (int64_t i = 0; i < t->counts->n; i++) {
        int64_t from = t->counts->ints[i];
        int64_t to = i + 1 < t->counts->n ? t->counts->ints[i + 1]
                                          : t->pool->n;
        if (from < 0 || to < from || to > t->pool->n ||
            (to - from) % (i + 1))
            return host_bad(c, err, "its pool and ngram_counts do not fit");
        for (; from < to && t->n_grams < t->indexes->n; from += i + 1) {
            t->grams[t->n_grams] =
                (struct gram){t->pool->ints + from, i + 1, t->n_grams};
            t->n_grams++;
        }
    }
    qsort(t->grams, (size_t)t->n_grams, sizeof *t->grams, compare);
    return 0;
}

static int read_indexes(struct host_call *c, struct tfidf *t,
                        struct prune_error *err)
{
    for (int64_t i = 0; i < t->indexes->n; i++) {
        int64_t at = t->indexes->ints[i];
        if (at < 0 || at >= TENSOR_MAX_BYTES)
            return host_bad(c, err, "an index of %lld", (long long)at);
        t->width = at + 1 > t->width ? at + 1 : t->width;
    }
    if (t->weights && t->weights->n < t->indexes->n)
        return host_bad(c, err, "it has fewer weights than n-grams");
    return 0;
}

static int prepare(struct host_call *c, struct tfidf *t,
                   struct prune_error *err)
{
    const struct node *n = c->node;
    int e;

    t->pool = node_attr(n, "pool_int64s");
    t->counts = node_attr(n, "ngram_counts");
    t->indexes = node_attr(n, "ngram_indexes");
    t->weights = node_attr(n, "weights");
    if (!t->pool || t->pool->type != ATTR_INTS)
        return host_refuse(c, err, "its n-grams are no integers");
    if (!t->counts || t->counts->type != ATTR_INTS || !t->indexes ||
        t->indexes->type != ATTR_INTS ||
        (t->weights && t->weights->type != ATTR_FLOATS))
        return host_bad(c, err, "its n-grams are not described");
    t->shortest = node_int(n, "min_gram_length", 1);
    t->longest = node_int(n, "max_gram_length", 1);
    t->skips = node_int(n, "max_skip_count", 0);
    if (t->shortest < 1 || t->longest < t->shortest ||
        t->longest > INT32_MAX || t->skips < 0)
        return host_bad(c, err, "its lengths make no n-grams");
    if (t->longest > t->counts->n)
        t->longest = t->counts->n;
    e = read_indexes(c, t, err);
    if (!e)
        e = read_grams(c, t, err);
    if (e)
        return e;
    t->row = mem_calloc((size_t)(t->length + t->longest), sizeof *t->row);
    return t->row ? 0 : err_memory(err, "a row");
}

/* All grams of n words that begin at `from`, `step` apart. */
static void look(const struct tfidf *t, int64_t from, int64_t n,
                 int64_t step, double *y)
{
    int64_t *words = t->row + t->length;
    struct gram wanted = {words, n, 0}, *found;

    for (int64_t i = 0; i < n; i++)
        words[i] = t->row[from + i * step];
    found = bsearch(&wanted, t->grams, (size_t)t->n_grams, sizeof wanted,
                    compare);
    if (found)
        y[t->indexes->ints[found->id]] += 1.0;
}

static void count_row(const struct tfidf *t, double *y)
{
    for (int64_t n = t->shortest; n <= t->longest; n++)
        for (int64_t step = 1; step <= (n == 1 ? 1 : t->skips + 1); step++) {
            if (step > t->length)
                break;
            for (int64_t i = 0; (n - 1) <= (t->length - 1 - i) / step &&
                                i < t->length; i++)
                look(t, i, n, step, y);
        }
}

/* Counts become what the mode asks for. */
static void weigh(const struct tfidf *t, const struct node *node, double *y)
{
    const char *mode = node_text(node, "mode", "TF");

    for (int64_t i = 0; strcmp(mode, "TF") != 0 && i < t->n_grams; i++) {
        const struct gram *g = &t->grams[i];
        double *at = &y[t->indexes->ints[g->id]];
        double w = t->weights ? (double)t->weights->floats[g->id] : 1.0;
        *at = strcmp(mode, "IDF") == 0 ? (*at > 0.0 ? w : 0.0) : *at * w;
    }
}

static int run(struct host_call *c, struct tfidf *t, struct prune_error *err)
{
    const struct tensor *x = host_in(c, 0);
    struct shape shape = {.rank = x->shape.rank};
    struct tensor *out;
    double *y;
    int e;

    shape.dims[0] = t->n_rows;
    shape.dims[shape.rank - 1] = t->width;
    e = host_out(c, 0, DTYPE_F32, &shape, &out, err);
    if (e)
        return e;
    y = mem_calloc((size_t)t->width, sizeof *y);
    if (!y)
        return err_memory(err, "counts");
    for (int64_t i = 0; i < t->n_rows; i++) {
        memset(y, 0, (size_t)t->width * sizeof *y);
        convert_to_i64(t->row, x, i * t->length, t->length);
        count_row(t, y);
        weigh(t, c->node, y);
        convert_from_f64(out, i * t->width, t->width, y);
    }
    mem_free(y);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct tfidf t = {.n_rows = 1};
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    if (x->shape.rank < 1 || x->shape.rank > 2 || !convert_can(x->dtype))
        return host_bad(c, err, "its input is no row of integers");
    t.length = x->shape.dims[x->shape.rank - 1];
    if (x->shape.rank == 2)
        t.n_rows = x->shape.dims[0];
    e = prepare(c, &t, err);
    if (!e)
        e = run(c, &t, err);
    mem_free(t.row);
    mem_free(t.grams);
    return e;
}

const struct op op_tfidf_vectorizer = {
    .name = "TfIdfVectorizer",
    .domain = "",
    .since = 9,
    .min_inputs = 1,
    .max_inputs = 1,
    .host = host,
};
