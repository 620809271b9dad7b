/* What a run is, in order: open, decide, write and read back, prove,
 * recover, write and read back again, measure, report. The file appears
 * last. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api/context.h"
#include "api/report.h"
#include "base/alloc.h"
#include "base/export.h"
#include "onnx/onnx.h"
#include "prune/describe.h"
#include "prune/technique.h"

/* Removal is exact; more than rounding means that the cut was wrong. */
static const double PROOF_LIMIT = 1e-4;

static int meter(void *payload, int64_t *bytes, const struct graph *g,
                 struct prune_error *err)
{
    (void)payload;
    return onnx_size(bytes, g, err);
}

static int decide(struct run *r, struct prune_error *err)
{
    const struct size_meter m = {meter, NULL,
                                 (int64_t)r->c.original.size};
    return search_decide(&r->decision, r->c.original.graph,
                         &r->c.options.settings, context_calibration(&r->c),
                         &m, &r->c.progress, err);
}

static int prove(struct run *r, struct prune_error *err)
{
    if (!r->decision.masked || r->no_run.code)
        return 0;
    struct subject cut = {0};
    int rc = subject_of(&cut, "the cut network", r->decision.graph,
                        r->output, &r->c.shapes, err);
    if (!rc)
        rc = search_proof(&r->proof, &r->constant_outputs,
                          r->decision.masked, cut.graph,
                          &r->c.options.settings,
                          context_calibration(&r->c), err);
    subject_close(&cut);
    if (rc)
        return rc;
    r->has_proof = !r->constant_outputs;
    if (r->has_proof && !(r->proof <= PROOF_LIMIT))
        return err_set(err, PRUNE_E_FAILED,
                       "the removal is not exact (difference %.3g); this is "
                       "an error of prune, please report the model",
                       r->proof);
    return 0;
}

static int recover(struct run *r, struct prune_error *err)
{
    if (r->no_run.code)
        return 0;
    return recover_run(&r->decision.graph, r->c.original.graph,
                       &r->decision.kept, context_calibration(&r->c),
                       &r->c.options.settings, &r->recovery,
                       &r->c.progress, err);
}

static int add_props(struct run *r, struct prune_error *err)
{
    json_t *settings = settings_json(&r->c.options.settings);
    if (settings)
        json_object_del(settings, "threads");
    char *text = settings ? json_dump(settings) : NULL;
    json_decref(settings);
    if (!text)
        return err_memory(err, "the settings");
    const char *const pairs[] = {
        "prune.source_sha256", r->c.original.sha256,
        "prune.technique",     r->c.options.settings.technique->name,
        "prune.settings",      text,
        "prune.version",       prune_version(),
    };
    struct graph *g = r->decision.graph;
    int n = sizeof pairs / sizeof *pairs;
    const char **props = arena_calloc(&g->arena, (size_t)n, sizeof *props);
    int rc = props ? 0 : err_memory(err, "metadata");
    for (int i = 0; i < n && !rc; i++) {
        props[i] = arena_strdup(&g->arena, pairs[i]);
        if (!props[i])
            rc = err_memory(err, "metadata");
    }
    mem_free(text);
    if (rc)
        return rc;
    g->props = props;
    g->n_props = n / 2;
    return 0;
}

static int measure(struct run *r, struct prune_error *err)
{
    struct subject *const both[] = {&r->c.original, &r->pruned};
    return figures_measure(r->figures, &r->agreement, both, 2,
                           &r->c.measuring, r->kernels, &r->arena, err);
}

/* What was measured, byte for byte; the same graph gives the same files. */
static int write_output(const struct run *r, struct prune_error *err)
{
    const struct file_map *m = onnx_file(r->pruned.graph, 0);
    if (!r->output)
        return 0;
    return onnx_file(r->pruned.graph, 1)
               ? onnx_write(r->decision.graph, r->output, err)
               : file_write(r->output, m->data, m->size, err);
}

typedef int phase_f(struct run *r, struct prune_error *err);

static int read_back(struct run *r, struct prune_error *err)
{
    return subject_of(&r->pruned, "the pruned network", r->decision.graph,
                      r->output, &r->c.shapes, err);
}

static const struct {
    const char *name;
    phase_f *f;
} phases[] = {
    {"decide", decide},     {"prove", prove},         {"recover", recover},
    {"write", add_props},   {"write", read_back},     {"measure", measure},
};

static int run_phases(struct run *r, struct prune_error *err)
{
    const int n = sizeof phases / sizeof *phases;
    int rc = 0;
    for (int i = 0; i < n && !rc; i++) {
        double start = context_clock();
        rc = progress_tell(&r->c.progress, phases[i].name, i, n, err);
        if (!rc)
            rc = phases[i].f(r, err);
        run_note_seconds(r, phases[i].name, context_clock() - start);
    }
    return rc;
}

static int open_run(struct run *r, const struct prune_request *request,
                    const struct prune_options *options,
                    struct prune_error *err)
{
    double start = context_clock();
    r->output = request->output;
    /* What was asked is judged before the file is opened. */
    struct prune_options checked = *options;
    int rc = settings_check(&checked.settings, request->data != NULL, err);
    if (!rc)
        rc = context_open(&r->c, request, &checked, err);
    run_note_seconds(r, "load", context_clock() - start);
    if (!rc)
        (void)figures_can_run(&r->c.original, &r->no_run);
    return rc;
}

static void run_done(struct run *r)
{
    decision_done(&r->decision);
    subject_close(&r->pruned);
    context_close(&r->c);
    arena_done(&r->arena);
    mem_free(r);
}

PRUNE_EXPORT int prune_run(char **report, const struct prune_request *request,
                           const struct prune_options *options,
                           struct prune_error *err)
{
    struct run *r = mem_new(sizeof *r);
    if (!r)
        return err_memory(err, "a run");
    int rc = open_run(r, request, options, err);
    if (!rc)
        rc = run_phases(r, err);
    char *text = NULL;
    if (!rc)
        rc = context_answer(&text, report_new(r), err);
    if (!rc)
        rc = write_output(r, err);
    run_done(r);
    if (rc)
        mem_free(text);
    else
        *report = text;
    return rc;
}

PRUNE_EXPORT int prune_plan(char **plan, const struct prune_request *request,
                            const struct prune_options *options,
                            struct prune_error *err)
{
    struct run *r = mem_new(sizeof *r);
    if (!r)
        return err_memory(err, "a plan");
    int rc = open_run(r, request, options, err);
    if (!rc)
        rc = decide(r, err);
    if (!rc)
        rc = context_answer(plan, report_plan(r), err);
    run_done(r);
    return rc;
}
