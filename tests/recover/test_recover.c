/* covers: recover/bn, recover/statistics */
#include <math.h>

#include "../search/models.h"
#include "prune/constant.h"
#include "recover/judge.h"
#include "recover/moments.h"
#include "recover/recover.h"
#include "search/decide.h"

static const struct recovery_step *step(const char *name)
{
    int n;
    const struct recovery_step *const *all = recovery_steps(&n);
    for (int i = 0; i < n; i++)
        if (!strcmp(all[i]->name, name))
            return all[i];
    cr_assert(0, "there is no step %s", name);
    return NULL;
}

static const struct recovery_note *noted(const struct recovery_log *log,
                                         const char *name)
{
    for (int i = 0; i < log->n; i++)
        if (!strcmp(log->notes[i].step, name))
            return &log->notes[i];
    return NULL;
}

/* Mean and variance of every normalisation's input are what it holds. */
Test(bn, statistics_are_those_of_what_is_fed)
{
    struct graph *g = model("resnet_bottleneck-16-bn"), *h = NULL;
    struct dataset *data = noise(g, 48, 10);
    struct settings s = asked("technique=weight sparsity=0.5", 1);
    struct prune_error e = {0};
    int changed = 0, seen = 0;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    cr_assert_eq(s.technique->zero(h, &s, NULL), 0);
    struct recovery r = {h, g, NULL, dataset_train(data), &s, NULL};
    cr_assert_eq(step("bn")->run(&r, &changed, &e), 0, "%s", e.text);
    cr_assert_eq(changed, 1);
    for (int i = 0; i < h->n_nodes; i++) {
        const struct node *n = &h->nodes[i];
        if (strcmp(n->type, "BatchNormalization"))
            continue;
        struct channels *c = mem_calloc(1, sizeof *c);
        *c = (struct channels){.value = n->inputs[0], .axis = 1};
        cr_assert_eq(moments_collect(c, 1, h, &s, dataset_train(data), 48,
                                     NULL, "", NULL), 0);
        const float *mean = tensor_f32(constant_input(h, n, 3));
        const float *var = tensor_f32(constant_input(h, n, 4));
        for (int64_t k = 0; k < c->n; k++) {
            double sd = sqrt(moments_var(&c->m[k])) + 1e-3;
            cr_assert_lt(fabs((double)mean[k] - c->m[k].mean), 1e-3 * sd);
            cr_assert_lt(fabs((double)var[k] - moments_var(&c->m[k])),
                         2e-3 * sd * sd + 1e-4 * (double)var[k]);
        }
        channels_free(c, 1);
        seen++;
    }
    cr_assert_gt(seen, 3);
    graph_free(h);
    dataset_free(data);
    graph_free(g);
}

Test(bn, has_nothing_to_do_without_normalisation)
{
    struct graph *g = model("mlp"), *h = NULL;
    struct dataset *data = noise(g, 8, 10);
    struct settings s = asked("technique=weight sparsity=0.5", 1);
    int changed = 1;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    struct recovery r = {h, g, NULL, dataset_train(data), &s, NULL};
    cr_assert_eq(step("bn")->run(&r, &changed, NULL), 0);
    cr_assert_eq(changed, 0);
    cr_assert(same_weights(g, h));
    graph_free(h);
    dataset_free(data);
    graph_free(g);
}

/* Scales rows and moves biases of every dense layer: the step undoes it. */
Test(statistics, undoes_what_scale_and_shift_have_done)
{
    struct graph *g = model("mlp"), *h = NULL;
    struct dataset *data = noise(g, 64, 10);
    struct settings s = asked("technique=weight sparsity=0.5", 1);
    struct prune_error e = {0};
    struct judge j = {0};
    struct verdict before, after;
    struct data_part part = *dataset_train(data);
    int changed = 0;
    part.labels = 0;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    for (int i = 0; i < h->n_nodes; i++) {
        const struct node *n = &h->nodes[i];
        if (strcmp(n->type, "Gemm"))
            continue;
        struct tensor *b = tensor_ref(constant_input(h, n, 2));
        struct tensor *w = tensor_ref(constant_input(h, n, 1));
        cr_assert_eq(tensor_own(&b, NULL), 0);
        cr_assert_eq(tensor_own(&w, NULL), 0);
        for (int64_t k = 0; k < tensor_numel(b); k++)
            tensor_f32(b)[k] += 0.1f;
        for (int64_t k = 0; k < tensor_numel(w); k++)
            tensor_f32(w)[k] *= 0.7f;
        cr_assert_eq(constant_replace(h, i, 2, b, NULL), 0);
        cr_assert_eq(constant_replace(h, i, 1, w, NULL), 0);
    }
    struct recovery r = {h, g, NULL, &part, &s, NULL};
    cr_assert_eq(judge_init(&j, g, &s, &part, 64, NULL, &e), 0, "%s", e.text);
    cr_assert_eq(judge_graph(&before, &j, h, NULL, "", NULL), 0);
    cr_assert_eq(step("statistics")->run(&r, &changed, &e), 0, "%s", e.text);
    cr_assert_eq(judge_graph(&after, &j, h, NULL, "", NULL), 0);
    cr_assert_eq(changed, 1);
    cr_assert_gt(before.loss, 0.05);
    cr_assert_lt(after.loss, 1e-6);
    judge_done(&j);
    graph_free(h);
    dataset_free(data);
    graph_free(g);
}

static void run_one(const char *name, const char *text, const char *expected)
{
    struct graph *g = model(name);
    struct dataset *data = noise(g, 96, 10);
    struct settings s = asked(text, 1);
    struct prune_error e = {0};
    struct decision a = {0}, b = {0};
    struct recovery_log log, again;
    const struct data_part *part = dataset_train(data);
    cr_assert_eq(search_decide(&a, g, &s, part, NULL, NULL, &e), 0, "%s",
                 e.text);
    cr_assert_eq(search_decide(&b, g, &s, part, NULL, NULL, &e), 0);
    cr_assert_eq(recover_run(&a.graph, g, &a.kept, part, &s, &log, NULL, &e),
                 0, "%s: %s", name, e.text);
    cr_assert_eq(recover_run(&b.graph, g, &b.kept, part, &s, &again, NULL,
                             NULL), 0);
    cr_assert_str_eq(log.notes[0].step, "none");
    const struct recovery_note *best = &log.notes[0];
    cr_assert_not_null(noted(&log, expected), "%s", name);
    for (int i = 1; i < log.n; i++)
        if (log.notes[i].kept) {
            cr_assert_geq(log.notes[i].accuracy, best->accuracy);
            best = &log.notes[i];
        }
    cr_assert(same_weights(a.graph, b.graph), "%s differs from itself", name);
    cr_assert_eq(graph_infer(a.graph, 1, NULL, 0, &e), 0, "%s", e.text);
    decision_done(&a);
    decision_done(&b);
    dataset_free(data);
    graph_free(g);
}

Test(recover, does_no_harm_and_the_same_each_time)
{
    run_one("cnn-16-bn", "technique=structured sparsity=0.4", "bn");
    run_one("cnn", "technique=structured sparsity=0.4", "statistics");
    run_one("mlp", "technique=neuron sparsity=0.4", "statistics");
    run_one("resnet_bottleneck-shared", "technique=structured sparsity=0.3",
            "statistics");
    run_one("mobilenetv2-11-bn", "technique=unstructured sparsity=0.5", "bn");
    run_one("resnet_bottleneck-16-bn", "technique=layer sparsity=0.1", "bn");
}

Test(recover, without_data_there_is_just_a_line)
{
    struct graph *g = model("mlp"), *h = NULL;
    struct settings s = asked("technique=weight sparsity=0.5", 0);
    struct recovery_log log;
    cr_assert_eq(graph_clone(&h, g, NULL), 0);
    cr_assert_eq(recover_run(&h, g, NULL, NULL, &s, &log, NULL, NULL), 0);
    cr_assert_eq(log.n, 1);
    cr_assert_str_eq(log.notes[0].step, "none");
    cr_assert(isnan(log.notes[0].accuracy));
    graph_free(h);
    graph_free(g);
}

Test(recover, survives_want_of_memory)
{
    struct graph *g = model("mlp");
    struct dataset *data = noise(g, 8, 10);
    struct settings s = asked("technique=weight sparsity=0.5", 1);
    const struct data_part *part = dataset_train(data);
    for (long i = 0;; i++) {
        struct graph *h = NULL;
        struct recovery_log log;
        cr_assert_eq(graph_clone(&h, g, NULL), 0);
        cr_assert_eq(s.technique->zero(h, &s, NULL), 0);
        mem_fail_after(i);
        int rc = recover_run(&h, g, NULL, part, &s, &log, NULL, NULL);
        int failed = mem_failed();
        mem_fail_after(-1);
        graph_free(h);
        if (!failed) {
            cr_assert_eq(rc, 0);
            break;
        }
        cr_assert_eq(rc, PRUNE_E_MEMORY);
    }
    dataset_free(data);
    graph_free(g);
}
