#include <criterion/criterion.h>
#include <string.h>

#include "base/alloc.h"
#include "prune/criterion.h"
#include "prune/technique.h"

static struct settings made(const char *technique)
{
    struct settings s;
    settings_init(&s);
    cr_assert_eq(settings_set(&s, "technique", technique, NULL), 0);
    cr_assert_eq(settings_set(&s, "sparsity", "0.5", NULL), 0);
    return s;
}

static void refused(struct settings *s, const char *name, const char *text,
                    const char *because)
{
    struct prune_error e = {0};
    struct settings before = *s;
    cr_assert_eq(settings_set(s, name, text, &e), PRUNE_E_USAGE, "%s=%s",
                 name, text);
    cr_assert_not_null(strstr(e.text, because), "%s", e.text);
    cr_assert_eq(memcmp(s, &before, sizeof before), 0);
}

Test(settings, refuses_what_is_out_of_range)
{
    struct settings s;
    settings_init(&s);
    refused(&s, "sparsity", "1.5", "from 0 to 1 (excluded)");
    refused(&s, "sparsity", "1", "sparsity");
    refused(&s, "sparsity", "-0.1", "sparsity");
    refused(&s, "sparsity", "nan", "sparsity");
    refused(&s, "sparsity", "", "sparsity");
    refused(&s, "sparsity", "0.5x", "sparsity");
    refused(&s, "macs_ratio", "0", "from 0 (excluded) to 1");
    refused(&s, "round_to", "0", "a whole number from 1 to 4096");
    refused(&s, "round_to", "1.5", "round_to");
    refused(&s, "seed", "99999999999999999999", "seed");
    refused(&s, "best_effort", "maybe", "neither true nor false");
    refused(&s, "technique", "magic", "none of: weight neuron structured");
    refused(&s, "recover", "finetune", "none of: none calibrate");
    refused(&s, "accuracy_drop", "1", "no such setting");
    refused(&s, "pattern", "2:4", "no such setting");
    cr_assert_eq(settings_set(&s, "macs_ratio", "1", NULL), 0);
}

Test(settings, refuses_a_text_that_is_too_long)
{
    struct settings s;
    settings_init(&s);
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    refused(&s, "exclude", text, "at most 1023");
}

Test(settings, takes_one_target_only)
{
    struct settings s = made("structured");
    struct prune_error e = {0};
    cr_assert_eq(settings_set(&s, "macs-ratio", "0.5", &e), PRUNE_E_USAGE);
    cr_assert_not_null(strstr(e.text, "sparsity"));
    cr_assert_eq(settings_set(&s, "sparsity", "0.25", NULL), 0);
    cr_assert_eq(s.amount, 0.25);
    settings_init(&s);
    cr_assert_eq(settings_set(&s, "technique", "layer", NULL), 0);
    cr_assert_eq(settings_check(&s, 0, NULL), PRUNE_E_USAGE);
    settings_init(&s);
    cr_assert_eq(settings_set(&s, "sparsity", "0", NULL), 0);
    cr_assert_eq(settings_check(&s, 0, NULL), PRUNE_E_USAGE);
}

static void check_refused(const char *technique, const char *name,
                          const char *text, int have_data)
{
    struct settings s = made(technique);
    struct prune_error e = {0};
    cr_assert_eq(settings_set(&s, name, text, NULL), 0);
    cr_assert_eq(settings_check(&s, have_data, &e), PRUNE_E_USAGE,
                 "%s with %s=%s", technique, name, text);
    cr_assert_not_null(strstr(e.text, name), "%s", e.text);
}

Test(settings, refuses_what_the_technique_does_not_use)
{
    check_refused("weight", "round_to", "8", 0);
    check_refused("weight", "scope", "global", 0);
    check_refused("layer", "round_to", "8", 0);
    check_refused("weight", "criterion", "lamp", 0);
    check_refused("unstructured", "criterion", "l2", 0);
    check_refused("layer", "criterion", "ablation", 0);
    struct settings s;
    settings_init(&s);
    cr_assert_eq(settings_set(&s, "technique", "weight", NULL), 0);
    cr_assert_eq(settings_set(&s, "unit_sparsity", "0.5", NULL), 0);
    cr_assert_eq(settings_check(&s, 1, NULL), PRUNE_E_USAGE);
}

Test(settings, fills_in_defaults)
{
    struct settings s = made("layer");
    cr_assert_eq(settings_check(&s, 1, NULL), 0);
    cr_assert_str_eq(s.criterion, "ablation");
    cr_assert_str_eq(s.recover, "calibrate");
    s = made("layer");
    cr_assert_eq(settings_check(&s, 0, NULL), 0);
    cr_assert_str_eq(s.criterion, "l2");
    cr_assert_str_eq(s.recover, "none");
    s = made("unstructured");
    cr_assert_eq(settings_check(&s, 1, NULL), 0);
    cr_assert_str_eq(s.criterion, "lamp");
    cr_assert_eq(s.calibration_samples, 2048);
    cr_assert_eq(s.threads, 1);
    s = made("structured");
    cr_assert_eq(settings_check(&s, 0, NULL), 0);
    cr_assert_str_eq(s.scope, "global");
}

Test(settings, json_holds_what_is_used)
{
    struct settings s = made("weight");
    cr_assert_eq(settings_check(&s, 0, NULL), 0);
    json_t *o = settings_json(&s);
    cr_assert_str_eq(json_text(o, "technique", ""), "weight");
    cr_assert_eq(json_number(o, "sparsity", 0), 0.5);
    cr_assert_eq(json_int(o, "calibration_samples", 0), 2048);
    cr_assert(json_is_false(json_object_get(o, "best_effort")));
    cr_assert_null(json_object_get(o, "macs_ratio"));
    cr_assert_null(json_object_get(o, "round_to"));
    json_decref(o);
}

Test(settings, reads_json_values)
{
    struct settings s;
    settings_init(&s);
    json_t *v = json_pack("{s:s, s:f, s:i, s:b, s:n}", "technique", "neuron",
                          "sparsity", 0.1, "seed", 7, "best_effort", 1,
                          "input");
    cr_assert_not_null(v);
    const char *key;
    json_t *value;
    json_object_foreach(v, key, value)
        cr_assert_eq(settings_set_json(&s, key, value, NULL),
                     json_is_null(value) ? PRUNE_E_USAGE : 0);
    cr_assert_eq(s.amount, 0.1);
    cr_assert_eq(s.seed, 7);
    cr_assert_eq(s.best_effort, 1);
    json_decref(v);
}

Test(settings, globs_match_names_or_labels)
{
    struct settings s;
    settings_init(&s);
    cr_assert_eq(settings_excludes(&s, "conv1", "conv1"), 0);
    cr_assert_eq(settings_set(&s, "exclude", "conv?,*/head", NULL), 0);
    cr_assert(settings_excludes(&s, "conv1", "x"));
    cr_assert(settings_excludes(&s, "", "net/head"));
    cr_assert_eq(settings_excludes(&s, "conv10", "conv1"), 0);
}

Test(settings, every_row_can_be_described)
{
    int n, techniques, criteria;
    const struct setting_row *rows = settings_rows(&n);
    const struct technique *const *t = technique_all(&techniques);
    criterion_all(&criteria);
    cr_assert_eq(techniques, 5);
    cr_assert_gt(criteria, 3);
    cr_assert_leq(n, 64);
    for (int i = 0; i < n; i++) {
        cr_assert_eq(settings_row(rows[i].name), &rows[i]);
        cr_assert(*rows[i].summary && *rows[i].type_name);
    }
    for (int i = 0; i < techniques; i++) {
        cr_assert_eq(technique_find(t[i]->name), t[i]);
        cr_assert(*t[i]->criteria && *t[i]->looked_for);
    }
    cr_assert_null(technique_find("magic"));
    cr_assert_null(criterion_find(""));
    cr_assert_str_eq(target_name(TARGET_SIZE_RATIO), "size_ratio");
    cr_assert_str_eq(target_name(TARGET_NONE), "");
}

Test(settings, json_survives_want_of_memory)
{
    struct settings s = made("weight");
    cr_assert_eq(settings_check(&s, 0, NULL), 0);
    for (long i = 0;; i++) {
        mem_fail_after(i);
        json_t *o = settings_json(&s);
        int failed = mem_failed();
        mem_fail_after(-1);
        json_decref(o);
        if (!failed)
            break;
    }
}

static int stop_at_two(void *payload, const char *phase, int64_t done,
                       int64_t total)
{
    (void)payload, (void)phase, (void)total;
    return done == 2;
}

Test(progress, stops_the_work)
{
    struct progress p = {stop_at_two, NULL};
    cr_assert_eq(progress_tell(NULL, "x", 2, 3, NULL), 0);
    cr_assert_eq(progress_tell(&p, "x", 1, 3, NULL), 0);
    cr_assert_eq(progress_tell(&p, "x", 2, 3, NULL), PRUNE_E_CANCELED);
}
