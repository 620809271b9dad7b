#include "prune/zero.h"

#include <float.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/costs.h"
#include "prune/criterion.h"
#include "prune/select.h"

/* One prunable tensor and how many of its weights are to be zero. */
struct site {
    int value;
    int64_t n, room, zeros; /* weights; how many may go; zeros to be */
    int64_t fraction;       /* remainder of the even share */
};

struct pool {
    const struct criterion *criterion;
    uint64_t seed;
    int n;
    struct site *sites;
    int64_t room;   /* weights that may go */
    int64_t wanted; /* zeros to be, in these tensors */
};

static const struct tensor *weights_of(const struct graph *g,
                                       const struct site *s)
{
    return g->values[s->value].constant;
}

/* Lists the tensors that may be touched. */
static int pool_init(struct pool *p, const struct graph *g,
                     const struct settings *s, struct prune_error *err)
{
    struct weight_site *all;
    int n;
    int rc = cost_weights(&all, &n, g, err);
    if (rc)
        return rc;
    p->sites = mem_calloc((size_t)n, sizeof *p->sites);
    if (!p->sites) {
        mem_free(all);
        return err_memory(err, "the list of weights");
    }
    int64_t total = 0, elsewhere = 0;
    for (int i = 0; i < n; i++) {
        const struct node *node = &g->nodes[all[i].node];
        const struct tensor *t = g->values[all[i].value].constant;
        int64_t m = tensor_numel(t);
        total += m;
        if (settings_excludes(s, node->name, node->label)) {
            elsewhere += m - tensor_nonzeros(t);
            continue;
        }
        p->sites[p->n++] = (struct site){
            .value = all[i].value, .n = m, .room = m > 0 ? m - 1 : 0};
        p->room += m > 0 ? m - 1 : 0;
    }
    mem_free(all);
    p->wanted = select_count(s->amount, total) - elsewhere;
    if (p->wanted < 0)
        p->wanted = 0;
    if (p->wanted > p->room)
        p->wanted = p->room;
    return 0;
}

static uint64_t salt(const struct pool *p, int i)
{
    return p->seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)i + 1;
}

/* The same share of every tensor; what rounding leaves over goes to the
 * largest fractions, the first of equals first. */
static int share_evenly(struct pool *p, struct prune_error *err)
{
    (void)err;
    int64_t left = p->wanted;
    for (int i = 0; i < p->n; i++) {
        struct site *s = &p->sites[i];
        __int128 exact = (__int128)p->wanted * s->room;
        s->zeros = (int64_t)(exact / p->room);
        s->fraction = (int64_t)(exact % p->room);
        left -= s->zeros;
    }
    while (left-- > 0) {
        int best = 0;
        for (int i = 1; i < p->n; i++)
            if (p->sites[i].fraction > p->sites[best].fraction)
                best = i;
        p->sites[best].zeros++;
        p->sites[best].fraction = -1;
    }
    return 0;
}

/* Scores of one tensor in ascending order, as integers that sort alike. The
 * last, which has to stay, is above all others. */
static int site_scores(uint32_t *out, const struct pool *p,
                       const struct graph *g, int i)
{
    const struct site *s = &p->sites[i];
    uint32_t *keys = mem_calloc((size_t)s->n, sizeof *keys);
    if (!keys)
        return -1;
    p->criterion->keys(keys, tensor_f32(weights_of(g, s)), s->n, salt(p, i));
    select_sort(keys, out, s->n);
    float *scores = (float *)(void *)out;
    p->criterion->scores(scores, keys, s->n);
    if (s->n)
        scores[s->n - 1] = FLT_MAX;
    mem_free(keys);
    return 0;
}

/* How many of each tensor are among the smallest of all. */
static int share_globally(struct pool *p, const struct graph *g,
                          struct prune_error *err)
{
    int64_t total = 0, at = 0, ties;
    uint32_t threshold;
    for (int i = 0; i < p->n; i++)
        total += p->sites[i].n;
    uint32_t *scores = mem_calloc((size_t)total, sizeof *scores);
    int bad = !scores;
    for (int i = 0; i < p->n && !bad; at += p->sites[i++].n)
        bad = site_scores(scores + at, p, g, i);
    if (bad || select_threshold(&threshold, &ties, scores, total, p->wanted)) {
        mem_free(scores);
        return err_memory(err, "the ranking of all weights");
    }
    at = 0;
    for (int i = 0; i < p->n; at += p->sites[i++].n)
        for (int64_t k = 0; k < p->sites[i].n; k++) {
            uint32_t x = scores[at + k];
            if (x < threshold || (x == threshold && ties-- > 0))
                p->sites[i].zeros++;
        }
    mem_free(scores);
    return 0;
}

/* Zeroes the weights of the tensor's smallest keys. */
static int zero_site(struct pool *p, struct graph *g, int i,
                     struct prune_error *err)
{
    struct site *s = &p->sites[i];
    if (!s->zeros)
        return 0;
    uint32_t threshold, *keys = mem_calloc((size_t)s->n, sizeof *keys);
    int64_t ties;
    if (!keys)
        return err_memory(err, "the ranking of a layer's weights");
    p->criterion->keys(keys, tensor_f32(weights_of(g, s)), s->n, salt(p, i));
    struct tensor *t = tensor_ref(g->values[s->value].constant);
    int rc = 0;
    if (select_threshold(&threshold, &ties, keys, s->n, s->zeros))
        rc = err_memory(err, "the ranking of a layer's weights");
    if (!rc)
        rc = tensor_own(&t, err);
    for (int64_t k = 0; !rc && k < s->n; k++)
        if (keys[k] < threshold || (keys[k] == threshold && ties-- > 0))
            tensor_f32(t)[k] = 0;
    mem_free(keys);
    if (rc) {
        tensor_unref(t);
        return rc;
    }
    return graph_set_constant(g, s->value, t, err);
}

int zero_weights(struct graph *g, const struct settings *s, int global,
                 struct prune_error *err)
{
    struct pool p = {.criterion = criterion_find(s->criterion),
                     .seed = s->seed};
    int rc = pool_init(&p, g, s, err);
    if (!rc && p.wanted)
        rc = global ? share_globally(&p, g, err) : share_evenly(&p, err);
    for (int i = 0; i < p.n && !rc; i++)
        rc = zero_site(&p, g, i, err);
    mem_free(p.sites);
    return rc;
}
