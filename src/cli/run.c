#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/output.h"
#include "prune/describe.h"

static const struct flag flags[] = {
    {"technique", 't', "TECHNIQUE", "how to prune; see below", "technique"},
    {"output", 'o', "OUT", "the pruned model", NULL},
    FLAG_DATA,
    {"recover", 'r', "RECOVER", "win accuracy back afterwards", "recover"},
    {"criterion", 'c', "CRITERION", "what decides", "criterion"},
    {"report", 0, "FILE", "write the report as JSON", NULL},
    FLAG_JSON,
    FLAG_PROGRESS,
    FLAG_END,
};

static int write_report(const char *path, const char *text,
                        struct prune_error *err)
{
    char *line = mem_printf("%s\n", text);
    if (!line)
        return err_memory(err, "the report");
    int rc = file_write(path, line, strlen(line), err);
    mem_free(line);
    return rc;
}

/* "structured pruning: sparsity 0.503 (asked 0.5)". */
static void print_head(const json_t *report, const char *output)
{
    const char *name = "";
    json_t *asked = NULL;
    json_t *target = json_object_get(report, "target");
    json_object_foreach(target, name, asked)
        break;
    printf("%s pruning: %s %.4g (asked %.4g)%s\n",
           json_text(report, "technique", ""), name,
           json_number(report, "achieved", 0), json_number_value(asked),
           json_is_true(json_object_get(report, "target_met"))
               ? ""
               : " — as far as it goes");
    printf("written to %s\n\n", output);
}

static void print_checks(const json_t *report)
{
    const json_t *checks = json_object_get(report, "checks");
    const json_t *diff = json_object_get(checks, "removal_max_abs_diff");
    const char *reason = json_text(checks, "run", NULL);
    if (diff)
        printf("removal proven exact: masked and cut networks differ by at "
               "most %.1e of the largest output\n",
               json_number_value(diff));
    if (reason)
        printf("not timed: %s\n", reason);
}

static int show(const struct args *a, const json_t *report,
                struct prune_error *err)
{
    print_head(report, args_get(a, "output"));
    int rc = print_comparison(report, err);
    print_checks(report);
    print_refusals(json_object_get(report, "refusals"));
    return rc;
}

static int run(const struct args *a, struct prune_error *err)
{
    const char *output = args_get(a, "output");
    const char *path = args_get(a, "report");
    if (!output)
        return err_set(err, PRUNE_E_USAGE,
                       "no output is named; add -o OUT.onnx");
    struct bar bar;
    bar_init(&bar, a);
    struct prune_request request = {.model = a->positionals[0],
                                    .data = args_get(a, "data"),
                                    .output = output,
                                    .progress = bar_tell,
                                    .payload = &bar};
    char *text;
    int rc = prune_run(&text, &request, a->options, err);
    bar_end(&bar);
    if (!rc && path)
        rc = write_report(path, text, err);
    return rc ? rc : show_answer(a, text, show, err);
}

const struct command command_run = {
    .name = "run",
    .synopsis = "MODEL -t TECHNIQUE --sparsity S -o OUT [-d DATA] "
                "[-r RECOVER] [-c CRITERION] [SETTINGS] [--report FILE]",
    .summary = "prune a model and measure the result beside the original",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "*",
    .data = 1,
    .run = run,
};
