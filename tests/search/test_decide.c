/* covers: prune/neuron, prune/structured, prune/layer, prune/l2
 * covers: prune/activation, prune/ablation */
#include <math.h>

#include "models.h"
#include "prune/units.h"
#include "search/decide.h"

static const char *const networks[] = {
    "cnn", "cnn-16-bn", "densenet-16-bn", "grouped", "grouped-11-bn",
    "inception", "mlp", "mobilenetv2-11-bn", "mobilenetv2-shared",
    "mobilenetv3", "resnet-16", "resnet_bottleneck-16-bn",
    "resnet_bottleneck-shared",
};
enum { N_NETWORKS = sizeof networks / sizeof *networks };

static int decide(struct decision *out, const struct graph *g,
                  const char *text, const struct data_part *part,
                  struct prune_error *err)
{
    struct settings s = asked(text, part != NULL);
    return search_decide(out, g, &s, part, NULL, NULL, err);
}

/* The decision is what it says it is, and cutting is masking. */
static void check(const struct decision *d, const struct graph *g,
                  const struct settings *s, const char *name)
{
    struct prune_error e = {0};
    struct graph_costs before, after;
    cr_assert_eq(graph_costs(&before, g, NULL), 0);
    cr_assert_eq(graph_costs(&after, d->graph, NULL), 0);
    cr_assert_eq(d->prunable, before.total.prunable);
    cr_assert_gt(d->achieved, 0);
    cr_assert_eq(d->target_met, d->achieved >= s->amount, "%s", name);
    cr_assert_float_eq((double)d->removed / (double)d->prunable, d->achieved,
                       1e-12);
    if (technique_cuts(s->technique)) {
        double diff = -1;
        int constant;
        cr_assert_eq(before.total.prunable - after.total.prunable,
                     d->removed);
        cr_assert_eq(search_proof(&diff, &constant, d->masked, d->graph, s,
                                  NULL, &e), 0, "%s: %s", name, e.text);
        cr_assert_leq(diff, 1e-5, "%s %s: %g", name, s->technique->name,
                      diff);
        cr_assert_not(constant, "%s %s", name, s->technique->name);
    } else {
        cr_assert_null(d->masked);
        cr_assert_eq(before.total.prunable - after.total.prunable_nonzeros,
                     d->removed);
    }
    cr_assert_gt(d->n_parts, 0);
    graph_costs_done(&before);
    graph_costs_done(&after);
}

/* Every technique on one network; what it has nothing for, it says so. */
static void try_all(const char *name, const char *target)
{
    int n;
    const struct technique *const *all = technique_all(&n);
    struct graph *g = model(name);
    for (int t = 0; t < n; t++) {
        char text[128];
        struct prune_error e = {0};
        struct decision d = {0};
        snprintf(text, sizeof text, "technique=%s %s best_effort=true",
                 all[t]->name, target);
        struct settings s = asked(text, 0);
        int rc = search_decide(&d, g, &s, NULL, NULL, NULL, &e);
        if (rc) {
            cr_assert_eq(rc, PRUNE_E_NOTHING, "%s %s: %s", name, text, e.text);
            cr_assert_not_null(strstr(e.text, all[t]->looked_for));
            cr_assert(!strcmp(all[t]->name, "neuron") ||
                      !strcmp(all[t]->name, "layer"), "%s: %s", name, e.text);
            continue;
        }
        check(&d, g, &s, name);
        decision_done(&d);
    }
    graph_free(g);
}

Test(decide, cutting_is_masking_at_a_third)
{
    for (int i = 0; i < N_NETWORKS; i++)
        try_all(networks[i], "sparsity=0.3");
}

Test(decide, cutting_is_masking_at_two_thirds)
{
    for (int i = 0; i < N_NETWORKS; i += 2)
        try_all(networks[i], "sparsity=0.6");
}

/* Brute force: what each number of steps removes. */
Test(decide, units_go_by_the_smallest_step_that_reaches_the_target)
{
    struct graph *g = model("cnn-16-bn");
    struct settings s = asked("technique=structured sparsity=0.4", 0);
    struct coupling *c = NULL;
    struct unit_plan p = {0};
    struct decision d = {0};
    cr_assert_eq(coupling_new(&c, g, NULL), 0);
    cr_assert_eq(coupling_run(c, NULL), 0);
    cr_assert_eq(unit_plan_init(&p, g, c, &s, NULL, NULL), 0);
    int64_t before = cost_prunable(g, NULL);
    double got = 0;
    for (int k = 0; k <= p.n_steps && got < 0.4; k++) {
        struct graph *h = NULL;
        unit_plan_take(&p, k);
        cr_assert_eq(graph_clone(&h, g, NULL), 0);
        cr_assert_eq(cut_apply(h, c, p.removed, NULL), 0);
        got = (double)(before - cost_prunable(h, NULL)) / (double)before;
        graph_free(h);
    }
    cr_assert_eq(search_decide(&d, g, &s, NULL, NULL, NULL, NULL), 0);
    cr_assert_eq(d.achieved, got);
    decision_done(&d);
    unit_plan_done(&p);
    coupling_free(c);
    graph_free(g);
}

Test(decide, neurons_are_units_of_dense_layers_only)
{
    struct graph *g = model("cnn");
    struct decision d = {0};
    cr_assert_eq(decide(&d, g, "technique=neuron unit_sparsity=0.25", NULL,
                        NULL), 0);
    cr_assert_eq(d.n_parts, 1);
    cr_assert_str_eq(d.parts[0].op, "Gemm");
    cr_assert_str_eq(d.parts[0].what, "neurons");
    cr_assert_eq(d.parts[0].removed, (d.parts[0].total + 3) / 4);
    decision_done(&d);
    graph_free(g);
}

Test(decide, nothing_to_prune_is_said)
{
    struct graph *g = model("resnet-16");
    struct prune_error e = {0};
    struct decision d = {0};
    cr_assert_eq(decide(&d, g, "technique=neuron sparsity=0.5", NULL, &e),
                 PRUNE_E_NOTHING);
    cr_assert_not_null(strstr(e.text, "fully connected layers"));
    cr_assert_null(d.graph);
    graph_free(g);
}

Test(decide, a_target_out_of_reach_says_how_far_it_got)
{
    struct graph *g = model("cnn");
    struct prune_error e = {0};
    struct decision d = {0};
    cr_assert_eq(decide(&d, g, "technique=layer sparsity=0.95", NULL, &e),
                 PRUNE_E_TARGET);
    cr_assert_not_null(strstr(e.text, "reached 0."), "%s", e.text);
    cr_assert_not_null(strstr(e.text, "of 0.95"));
    cr_assert_eq(decide(&d, g,
                        "technique=layer sparsity=0.95 best_effort=true",
                        NULL, NULL), 0);
    cr_assert_eq(d.target_met, 0);
    cr_assert_gt(d.achieved, 0);
    decision_done(&d);
    graph_free(g);
}

Test(decide, best_effort_leaves_an_eighth)
{
    struct graph *g = model("cnn");
    struct decision d = {0};
    cr_assert_eq(decide(&d, g,
                        "technique=structured sparsity=0.999 "
                        "best_effort=true", NULL, NULL), 0);
    cr_assert_eq(d.target_met, 0);
    for (int i = 0; i < d.n_parts; i++)
        cr_assert_geq(8 * (d.parts[i].total - d.parts[i].removed),
                      d.parts[i].total - 7);
    decision_done(&d);
    graph_free(g);
}

Test(decide, macs_and_shares_and_rounding_are_kept)
{
    struct graph *g = model("resnet-16");
    struct decision d = {0};
    struct graph_costs before, after;
    cr_assert_eq(decide(&d, g, "technique=structured macs_ratio=0.6 "
                               "round_to=4", NULL, NULL), 0);
    cr_assert_eq(graph_costs(&before, g, NULL), 0);
    cr_assert_eq(graph_costs(&after, d.graph, NULL), 0);
    cr_assert_leq(d.achieved, 0.6);
    cr_assert_float_eq(d.achieved, (double)after.total.macs /
                                       (double)before.total.macs, 1e-12);
    for (int i = 0; i < d.n_parts; i++)
        if (d.parts[i].removed)
            cr_assert_eq((d.parts[i].total - d.parts[i].removed) % 4, 0,
                         "%s", d.parts[i].node);
    graph_costs_done(&before);
    graph_costs_done(&after);
    decision_done(&d);
    cr_assert_eq(decide(&d, g, "technique=structured unit_sparsity=0.5", NULL,
                        NULL), 0);
    for (int i = 0; i < d.n_parts; i++)
        cr_assert_eq(d.parts[i].removed, (d.parts[i].total + 1) / 2);
    decision_done(&d);
    graph_free(g);
}

static int fake_size(void *payload, int64_t *bytes, const struct graph *g,
                     struct prune_error *err)
{
    (void)payload;
    *bytes = 100 + 4 * cost_prunable(g, err);
    return 0;
}

Test(decide, file_size_is_a_target)
{
    struct graph *g = model("cnn");
    struct settings s = asked("technique=structured size_ratio=0.5", 0);
    struct size_meter m = {fake_size, NULL, 0};
    struct decision d = {0};
    cr_assert_eq(search_decide(&d, g, &s, NULL, NULL, NULL, NULL),
                 PRUNE_E_USAGE);
    fake_size(NULL, &m.original, g, NULL);
    cr_assert_eq(search_decide(&d, g, &s, NULL, &m, NULL, NULL), 0);
    cr_assert_leq(d.achieved, 0.5);
    cr_assert_gt(d.achieved, 0.4);
    decision_done(&d);
    graph_free(g);
}

Test(decide, excluded_nodes_stay_and_slips_are_told)
{
    struct graph *g = model("cnn");
    struct prune_error e = {0};
    struct decision d = {0};
    int found = 0;
    cr_assert_eq(decide(&d, g, "technique=structured sparsity=0.2 "
                               "exclude=*Gemm*", NULL, &e), 0, "%s", e.text);
    for (int i = 0; i < d.n_parts; i++)
        cr_assert_str_neq(d.parts[i].op, "Gemm");
    for (int i = 0; i < d.n_refusals; i++)
        found += !strcmp(d.refusals[i].reason, "excluded by request");
    cr_assert_gt(found, 0);
    decision_done(&d);
    cr_assert_eq(decide(&d, g, "technique=structured sparsity=0.2 "
                               "exclude=nosuch*", NULL, &e), PRUNE_E_USAGE);
    cr_assert_not_null(strstr(e.text, "nosuch*"));
    graph_free(g);
}

Test(decide, output_layers_are_refused_by_name)
{
    struct graph *g = model("cnn");
    struct decision d = {0};
    int found = 0;
    cr_assert_eq(decide(&d, g, "technique=structured sparsity=0.2", NULL,
                        NULL), 0);
    for (int i = 0; i < d.n_refusals; i++)
        found += *d.refusals[i].node &&
                 strstr(d.refusals[i].reason, "output of the network") != NULL;
    cr_assert_eq(found, 1);
    decision_done(&d);
    graph_free(g);
}

Test(decide, zero_asks_for_nothing_and_gets_it)
{
    struct graph *g = model("cnn");
    struct decision d = {0};
    cr_assert_eq(decide(&d, g, "technique=structured sparsity=0", NULL, NULL),
                 0);
    cr_assert_eq(d.achieved, 0);
    cr_assert_eq(d.removed, 0);
    cr_assert(same_weights(d.graph, g));
    decision_done(&d);
    graph_free(g);
}

Test(decide, layers_are_chosen_by_what_they_cost_on_data)
{
    struct graph *g = model("resnet-16");
    struct dataset *data = noise(g, 64, 10);
    const char *text = "technique=layer sparsity=0.3 recover=none";
    struct settings s = asked(text, 1);
    struct prune_error e = {0};
    struct decision a = {0}, b = {0};
    cr_assert_eq(decide(&a, g, text, dataset_train(data), &e), 0, "%s",
                 e.text);
    cr_assert_eq(decide(&b, g, text, dataset_train(data), NULL), 0);
    check(&a, g, &s, "resnet-16");
    cr_assert(same_weights(a.graph, b.graph));
    decision_done(&a);
    decision_done(&b);
    dataset_free(data);
    graph_free(g);
}

Test(decide, activity_ranks_units_the_same_way_each_time)
{
    struct graph *g = model("mobilenetv2-11-bn");
    struct dataset *data = noise(g, 32, 10);
    const char *text = "technique=structured sparsity=0.3";
    struct settings s = asked(text, 1);
    struct prune_error e = {0};
    struct decision a = {0}, b = {0};
    cr_assert_str_eq(s.criterion, "activation");
    cr_assert_eq(decide(&a, g, text, dataset_train(data), &e), 0, "%s",
                 e.text);
    cr_assert_eq(decide(&b, g, text, dataset_train(data), NULL), 0);
    check(&a, g, &s, "mobilenetv2-11-bn");
    cr_assert(same_weights(a.graph, b.graph));
    decision_done(&a);
    decision_done(&b);
    dataset_free(data);
    graph_free(g);
}

static int stop(void *payload, const char *phase, int64_t done, int64_t total)
{
    (void)payload, (void)phase, (void)done, (void)total;
    return 1;
}

Test(decide, stops_when_told)
{
    struct graph *g = model("cnn");
    struct progress p = {stop, NULL};
    const char *const all[] = {"weight", "structured", "layer"};
    for (int i = 0; i < 3; i++) {
        char text[64];
        struct decision d = {0};
        snprintf(text, sizeof text, "technique=%s sparsity=0.3", all[i]);
        struct settings s = asked(text, 0);
        cr_assert_eq(search_decide(&d, g, &s, NULL, NULL, &p, NULL),
                     PRUNE_E_CANCELED);
        cr_assert_null(d.graph);
    }
    graph_free(g);
}

Test(decide, survives_want_of_memory)
{
    struct graph *g = model("mlp");
    const char *const all[] = {"weight", "neuron", "layer"};
    for (int t = 0; t < 3; t++) {
        char text[64];
        snprintf(text, sizeof text, "technique=%s sparsity=0.1", all[t]);
        struct settings s = asked(text, 0);
        for (long i = 0;; i++) {
            struct decision d = {0};
            struct prune_error e = {0};
            mem_fail_after(i);
            int rc = search_decide(&d, g, &s, NULL, NULL, NULL, &e);
            int failed = mem_failed();
            mem_fail_after(-1);
            decision_done(&d);
            if (!failed) {
                cr_assert_eq(rc, 0, "%s", e.text);
                break;
            }
            cr_assert_eq(rc, PRUNE_E_MEMORY, "%s: %d %s", all[t], rc, e.text);
        }
    }
    graph_free(g);
}
