/* covers: prune/weight, prune/unstructured, prune/l1, prune/lamp
 * covers: prune/random */
#include <math.h>

#include "graph/costs.h"
#include "nets.h"
#include "prune/criterion.h"
#include "prune/technique.h"

/* x[1,6] -> Gemm 6x10 -> Relu -> Gemm 10x4 -> Gemm 4x10 (the first's weight
 * transposed, shared) -> y */
static struct graph *net(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(1, 6));
    net_constant(g, "w1", SHAPE(6, 10), 1, 0);
    net_constant(g, "b1", SHAPE(10), 1, 0);
    net_constant(g, "w2", SHAPE(10, 4), 0.1f, 0);
    net_constant(g, "w3", SHAPE(4, 10), 1e-5f, 0);
    net_node(g, "Gemm", "x w1 b1", "a");
    net_node(g, "Relu", "a", "r");
    net_node(g, "Gemm", "r w2", "c");
    net_node(g, "Gemm", "c w3", "d");
    net_node(g, "Gemm", "d w2", "y");
    add_output(g, "y");
    cr_assert_eq(graph_sort(g, NULL), 0);
    cr_assert_eq(graph_infer(g, 1, NULL, 0, NULL), 0);
    return g;
}

enum { ALL = 60 + 40 + 40 };

static struct settings settings(const char *technique, const char *sparsity)
{
    struct settings s;
    settings_init(&s);
    cr_assert_eq(settings_set(&s, "technique", technique, NULL), 0);
    cr_assert_eq(settings_set(&s, "sparsity", sparsity, NULL), 0);
    return s;
}

static int64_t zeros(const struct graph *g, const char *name)
{
    const struct tensor *t = g->values[graph_find_value(g, name)].constant;
    return tensor_numel(t) - tensor_nonzeros(t);
}

static int64_t all_zeros(const struct graph *g)
{
    return zeros(g, "w1") + zeros(g, "w2") + zeros(g, "w3");
}

static struct graph *pruned(const struct graph *g, struct settings *s)
{
    struct graph *out = NULL;
    cr_assert_eq(settings_check(s, 0, NULL), 0);
    cr_assert_eq(graph_clone(&out, g, NULL), 0);
    cr_assert_eq(s->technique->zero(out, s, NULL), 0);
    return out;
}

Test(weight, takes_the_same_share_of_every_layer_and_no_more_than_asked)
{
    struct graph *g = net();
    for (int i = 0; i < 100; i++) {
        char text[8];
        snprintf(text, sizeof text, "0.%02d", i);
        struct settings s = settings("weight", text);
        struct graph *p = pruned(g, &s);
        int64_t k = 0;
        while ((double)k / ALL < s.amount)
            k++;
        if (k <= ALL - 3)
            cr_assert_eq(all_zeros(p), k);
        cr_assert_lt(fabs((double)zeros(p, "w1") - 60.0 * (double)k / ALL),
                     1.7);
        cr_assert_lt(fabs((double)zeros(p, "w2") - 40.0 * (double)k / ALL),
                     1.7);
        cr_assert_eq(zeros(p, "b1"), 0);
        cr_assert_lt(all_zeros(p), ALL - 2, "one of each tensor stays");
        graph_free(p);
    }
    cr_assert_eq(all_zeros(g), 0);
    graph_free(g);
}

Test(weight, takes_the_smallest_and_of_equals_the_first)
{
    struct graph *g = net();
    struct settings s = settings("weight", "0.5");
    int w = graph_find_value(g, "w1");
    struct tensor *t = NULL;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &SHAPE(6, 10), NULL), 0);
    for (int i = 0; i < 60; i++)
        tensor_f32(t)[i] = i < 20 ? -3 : i == 59 ? 0.5f : 1;
    cr_assert_eq(graph_set_constant(g, w, t, NULL), 0);
    struct graph *p = pruned(g, &s);
    const float *x = tensor_f32(p->values[w].constant);
    cr_assert_eq(zeros(p, "w1"), 30);
    cr_assert_eq(x[59], 0);
    for (int i = 0; i < 59; i++)
        cr_assert_eq(x[i] == 0, i >= 20 && i < 49, "%d", i);
    graph_free(p);
    graph_free(g);
}

Test(weight, counts_what_is_zero_already)
{
    struct graph *g = net();
    struct settings s = settings("weight", "0.4");
    struct graph *p = pruned(g, &s), *again = pruned(p, &s);
    cr_assert_eq(all_zeros(p), 56);
    cr_assert_eq(all_zeros(again), 56);
    graph_free(again);
    graph_free(p);
    graph_free(g);
}

Test(unstructured, magnitude_ranks_across_layers)
{
    struct graph *g = net();
    struct settings s = settings("unstructured", "0.28");
    cr_assert_eq(settings_set(&s, "criterion", "l1", NULL), 0);
    struct graph *p = pruned(g, &s);
    cr_assert_eq(all_zeros(p), 40);
    cr_assert_eq(zeros(p, "w3"), 39, "all but the one that stays");
    cr_assert_eq(zeros(p, "w2"), 1);
    graph_free(p);
    graph_free(g);
}

/* The definition, counted by brute force. */
static double lamp(const float *w, int64_t n, int64_t i)
{
    double sum = 0;
    for (int64_t k = 0; k < n; k++)
        if (fabs((double)w[k]) >= fabs((double)w[i]))
            sum += (double)w[k] * (double)w[k];
    return (double)w[i] * (double)w[i] / sum;
}

Test(unstructured, lamp_leaves_the_largest_scores)
{
    struct graph *g = net();
    struct settings s = settings("unstructured", "0.6");
    struct graph *p = pruned(g, &s);
    const char *names[] = {"w1", "w2", "w3"};
    double most_gone = 0, least_left = 1;
    for (int l = 0; l < 3; l++) {
        int v = graph_find_value(g, names[l]);
        const struct tensor *t = g->values[v].constant;
        for (int64_t i = 0; i < tensor_numel(t); i++) {
            double score = lamp(tensor_f32(t), tensor_numel(t), i);
            if (tensor_f32(p->values[v].constant)[i] == 0)
                most_gone = fmax(most_gone, score);
            else
                least_left = fmin(least_left, score);
        }
    }
    cr_assert_eq(all_zeros(p), 84);
    cr_assert_leq(most_gone, least_left * (1 + 1e-6));
    graph_free(p);
    graph_free(g);
}

Test(lamp, scores_never_fall)
{
    uint32_t keys[300];
    float w[300], scores[300];
    struct rng r;
    rng_init(&r, 3);
    for (int i = 0; i < 300; i++)
        w[i] = i < 20 ? 0 : i < 40 ? 1e30f : rng_normal(&r);
    criterion_find("lamp")->keys(keys, w, 300, 0);
    for (int i = 1; i < 300; i++) /* insertion sort */
        for (int k = i; k > 0 && keys[k] < keys[k - 1]; k--) {
            uint32_t x = keys[k];
            keys[k] = keys[k - 1];
            keys[k - 1] = x;
        }
    criterion_find("lamp")->scores(scores, keys, 300);
    for (int i = 1; i < 300; i++)
        cr_assert_geq(scores[i], scores[i - 1]);
    cr_assert_eq(scores[0], 0);
    cr_assert_eq(scores[299], 1);
}

Test(random, depends_on_the_seed_alone)
{
    struct graph *g = net();
    struct settings s = settings("unstructured", "0.5");
    cr_assert_eq(settings_set(&s, "criterion", "random", NULL), 0);
    struct graph *a = pruned(g, &s), *b = pruned(g, &s);
    cr_assert_eq(settings_set(&s, "seed", "1", NULL), 0);
    struct graph *c = pruned(g, &s);
    int w = graph_find_value(g, "w1");
    const size_t size = a->values[w].constant->size;
    cr_assert_eq(all_zeros(a), 70);
    cr_assert_eq(all_zeros(c), 70);
    cr_assert_arr_eq(a->values[w].constant->data, b->values[w].constant->data,
                     size);
    cr_assert_arr_neq(a->values[w].constant->data,
                      c->values[w].constant->data, size);
    graph_free(a);
    graph_free(b);
    graph_free(c);
    graph_free(g);
}

Test(weight, leaves_excluded_layers_alone)
{
    struct graph *g = net();
    struct settings s = settings("weight", "0.5");
    cr_assert_eq(settings_set(&s, "exclude", "d", NULL), 0);
    struct graph *p = pruned(g, &s);
    cr_assert_eq(zeros(p, "w3"), 0);
    cr_assert_eq(all_zeros(p), 70);
    graph_free(p);
    graph_free(g);
}

Test(zero, survives_want_of_memory)
{
    const char *techniques[] = {"weight", "unstructured"};
    struct graph *g = net();
    for (int t = 0; t < 2; t++) {
        struct settings s = settings(techniques[t], "0.5");
        cr_assert_eq(settings_check(&s, 0, NULL), 0);
        for (long i = 0;; i++) {
            struct graph *p = NULL;
            struct prune_error e = {0};
            cr_assert_eq(graph_clone(&p, g, NULL), 0);
            mem_fail_after(i);
            int rc = s.technique->zero(p, &s, &e);
            mem_fail_after(-1);
            graph_free(p);
            cr_assert(rc == 0 || rc == PRUNE_E_MEMORY);
            if (!rc)
                break;
            cr_assert_eq(e.code, PRUNE_E_MEMORY);
        }
    }
    cr_assert_eq(all_zeros(g), 0);
    graph_free(g);
}
