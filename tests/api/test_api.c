/* The public functions, as a program that links libprune sees them. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "prune/dataset.h"
#include "prune/describe.h"
#include "prune/model.h"
#include "prune/run.h"

static const char *model(const char *name)
{
    static char file[512];
    const char *data = getenv("TEST_DATA");
    snprintf(file, sizeof file, "%s/models/%s", data ? data : "tests/data",
             name);
    return file;
}

static struct prune_options *options(const char *const *pairs)
{
    struct prune_options *o;
    cr_assert_eq(prune_options_new(&o, NULL), 0);
    for (; *pairs; pairs += 2) {
        struct prune_error e = {0};
        cr_assert_eq(prune_options_set(o, pairs[0], pairs[1], &e), 0, "%s",
                     e.text);
    }
    return o;
}

Test(api, describe_lists_five_techniques)
{
    char *text;
    cr_assert_eq(prune_describe(&text, NULL), 0);
    json_t *o = json_loads(text, 0, NULL);
    cr_assert_not_null(o);
    cr_assert_eq(json_array_size(json_object_get(o, "techniques")), 5);
    size_t i;
    json_t *row;
    int targets = 0;
    json_array_foreach(json_object_get(o, "settings"), i, row)
    {
        cr_assert(json_is_string(json_object_get(row, "summary")));
        targets += json_is_true(json_object_get(row, "target"));
    }
    cr_assert_eq(targets, 4);
    json_decref(o);
    prune_free(text);
}

Test(api, options_refuse_what_cannot_be)
{
    static const char *const bad[][2] = {
        {"sparsity", "1.5"}, {"sparsity", "a"},     {"scale", "0"},
        {"std", "1,0"},      {"layout", "NCWH"},    {"technique", "heavy"},
        {"threads", "0"},    {"mean", "1,,2"},      {"no_such", "1"},
        {"mean", "nan"},     {"best_effort", "2"},
    };
    struct prune_options *o;
    cr_assert_eq(prune_options_new(&o, NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct prune_error e = {0};
        cr_assert_eq(prune_options_set(o, bad[i][0], bad[i][1], &e),
                     PRUNE_E_USAGE, "%s=%s", bad[i][0], bad[i][1]);
        cr_assert_not_null(strstr(e.text, bad[i][0]), "%s", e.text);
    }
    prune_options_free(o);
}

Test(api, run_returns_a_report_and_writes_the_file)
{
    static const char *const set[] = {"technique", "neuron", "sparsity",
                                      "0.5", NULL};
    struct prune_options *o = options(set);
    char out[] = "/tmp/prune-api-XXXXXX";
    cr_assert_not_null(mkdtemp(out));
    char path[64];
    snprintf(path, sizeof path, "%s/o.onnx", out);
    struct prune_request r = {.model = model("mlp.onnx"), .output = path};
    struct prune_error e = {0};
    char *text;
    cr_assert_eq(prune_run(&text, &r, o, &e), 0, "%s", e.text);
    cr_assert_eq(access(path, R_OK), 0);
    json_t *report = json_loads(text, 0, NULL);
    double achieved = json_number_value(json_object_get(report, "achieved"));
    cr_assert(achieved >= 0.5 && achieved < 0.52, "%g", achieved);
    /* Nothing was measured that needs data. */
    cr_assert_null(json_object_get(report, "accuracy_drop"));
    json_decref(report);
    prune_free(text);
    unlink(path);
    cr_assert_eq(rmdir(out), 0, "a file was left behind");
    prune_options_free(o);
}

static int stop_at_once(void *payload, const char *phase, long long done,
                        long long total)
{
    (void)payload;
    (void)phase;
    (void)done;
    (void)total;
    return 1;
}

Test(api, a_run_that_is_stopped_leaves_nothing)
{
    static const char *const set[] = {"technique", "weight", "sparsity",
                                      "0.5", NULL};
    struct prune_options *o = options(set);
    struct prune_request r = {.model = model("mlp.onnx"),
                              .output = "/tmp/prune-api-never.onnx",
                              .progress = stop_at_once};
    struct prune_error e = {0};
    char *text = NULL;
    cr_assert_eq(prune_run(&text, &r, o, &e), PRUNE_E_CANCELED);
    cr_assert_null(text);
    cr_assert_neq(access("/tmp/prune-api-never.onnx", F_OK), 0);
    prune_options_free(o);
}

typedef int attempt_f(char **text, const struct prune_options *o,
                      struct prune_error *err);

static int try_inspect(char **text, const struct prune_options *o,
                       struct prune_error *err)
{
    return prune_inspect(text, model("cnn.onnx"), o, err);
}

static int try_plan(char **text, const struct prune_options *o,
                    struct prune_error *err)
{
    struct prune_request r = {.model = model("cnn.onnx")};
    return prune_plan(text, &r, o, err);
}

/* Every allocation fails once: the call says so, and frees what it has. */
static void sweep(attempt_f *attempt, const struct prune_options *o)
{
    for (long i = 0;; i += 1 + i / 40) {
        char *text = NULL;
        struct prune_error e = {0};
        mem_fail_after(i);
        int rc = attempt(&text, o, &e);
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert(failed || rc == 0, "%s", e.text);
        cr_assert(rc == 0 || e.text[0], "an error without a word");
        prune_free(text);
        if (!failed)
            return;
        cr_assert_lt(i, 1000000);
    }
}

Test(api, want_of_memory_is_an_error_and_no_more)
{
    static const char *const set[] = {"technique", "structured", "sparsity",
                                      "0.5", NULL};
    struct prune_options *o = options(set);
    sweep(try_inspect, o);
    sweep(try_plan, o);
    prune_options_free(o);
}
