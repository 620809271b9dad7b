#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "api/options.h"
#include "base/alloc.h"
#include "base/export.h"
#include "base/file.h"
#include "data/npy.h"
#include "engine/engine.h"
#include "onnx/onnx.h"
#include "ops/table.h"
#include "prune/model.h"

/* A model run over arrays from files, `batch` samples at a time. */
struct infer {
    struct graph *graph;
    struct engine *engine;
    int64_t total, batch;  /* samples in all, and of one run */
    struct tensor **in;    /* per graph input, as read */
    struct tensor **fed;   /* the same, one batch */
    const void **data;     /* of `fed` */
    struct shape_override *shapes;
    struct tensor **out;   /* per graph output, all samples */
};

static int find_input(const struct graph *g, const char *name, size_t n)
{
    for (int i = 0; i < g->n_inputs; i++) {
        const char *have = g->values[g->inputs[i]].name;
        if (strlen(have) == n && !memcmp(have, name, n))
            return i;
    }
    return -1;
}

static int read_input(struct infer *f, const char *text,
                      struct prune_error *err)
{
    const char *equals = strrchr(text, '=');
    if (!equals)
        return err_set(err, PRUNE_E_USAGE,
                       "--input is %s; it must be NAME=FILE.npy", text);
    int i = find_input(f->graph, text, (size_t)(equals - text));
    if (i < 0)
        return err_set(err, PRUNE_E_INPUT, "the model has no input %.*s",
                       (int)(equals - text), text);
    if (f->in[i])
        return err_set(err, PRUNE_E_USAGE, "input %.*s is given twice",
                       (int)(equals - text), text);
    const struct value *v = &f->graph->values[f->graph->inputs[i]];
    int rc = npy_read(&f->in[i], equals + 1, err);
    if (rc)
        return rc;
    if (v->dtype != DTYPE_NONE && f->in[i]->dtype != v->dtype)
        return err_set(err, PRUNE_E_INPUT,
                       "input %s wants %s, %s holds %s", v->name,
                       dtype_name(v->dtype), equals + 1,
                       dtype_name(f->in[i]->dtype));
    return 0;
}

/* The first size is the batch's affair. */
static int fits(const struct shape *want, const struct shape *have)
{
    if (want->rank < 0)
        return 1;
    if (want->rank != have->rank)
        return 0;
    for (int i = 1; i < want->rank; i++)
        if (want->dims[i] >= 0 && want->dims[i] != have->dims[i])
            return 0;
    return 1;
}

static int check_input(const struct value *v, const struct tensor *t,
                       struct prune_error *err)
{
    char a[96], b[96];
    if (!t)
        return err_set(err, PRUNE_E_USAGE,
                       "input %s is not given; add --input %s=FILE.npy",
                       v->name, v->name);
    if (!fits(&v->declared, &t->shape) || !tensor_numel(t))
        return err_set(err, PRUNE_E_INPUT,
                       "input %s wants shape %s, the file has %s", v->name,
                       shape_text(&v->declared, a), shape_text(&t->shape, b));
    return 0;
}

/* How many samples there are and how many a run takes: what was asked, or
 * the model's own fixed batch, or all at once. */
static int set_batch(struct infer *f, const struct prune_options *o,
                     struct prune_error *err)
{
    int n;
    const struct setting_row *rows = settings_rows(&n);
    int asked = o->settings.set >> (settings_row("batch") - rows) & 1;
    const struct value *v = &f->graph->values[f->graph->inputs[0]];
    f->total = f->in[0]->shape.rank ? f->in[0]->shape.dims[0] : 1;
    f->batch = asked ? o->settings.batch : f->total;
    if (v->declared.rank > 0 && v->declared.dims[0] > 0) {
        if (asked && v->declared.dims[0] != f->batch)
            return err_set(err, PRUNE_E_USAGE,
                           "batch: the model takes %" PRId64 " at a time",
                           v->declared.dims[0]);
        f->batch = v->declared.dims[0];
    }
    for (int i = 1; i < f->graph->n_inputs && f->batch != f->total; i++)
        if (!f->in[i]->shape.rank || f->in[i]->shape.dims[0] != f->total)
            return err_set(err, PRUNE_E_INPUT,
                           "the inputs hold different numbers of samples, so "
                           "they cannot be fed in batches");
    return 0;
}

/* Buffers of one batch; with a single batch the arrays themselves. */
static int make_batches(struct infer *f, struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; i < f->graph->n_inputs && !rc; i++) {
        struct shape s = f->in[i]->shape;
        if (f->batch == f->total) {
            f->fed[i] = tensor_ref(f->in[i]);
        } else {
            s.dims[0] = f->batch;
            rc = tensor_new(&f->fed[i], f->in[i]->dtype, &s, err);
        }
        if (rc)
            break;
        f->data[i] = f->fed[i]->data;
        f->shapes[i] = (struct shape_override){
            f->graph->values[f->graph->inputs[i]].name, s};
    }
    return rc;
}

/* Room for the results of all samples, of the type and size that the first
 * batch had: both may be known only then. */
static int make_output(struct infer *f, int i, const struct tensor *t,
                       struct prune_error *err)
{
    struct shape s = t->shape;
    const char *name = f->graph->values[f->graph->outputs[i]].name;
    if (f->batch != f->total) {
        if (s.rank < 1 || s.dims[0] != f->batch)
            return err_set(err, PRUNE_E_UNSUPPORTED,
                           "output %s is not one result per sample, so the "
                           "model cannot be fed in batches", name);
        s.dims[0] = f->total;
    }
    return tensor_new(&f->out[i], t->dtype, &s, err);
}

/* Puts n samples of output i at their place. */
static int keep_output(struct infer *f, int i, int64_t first, int64_t n,
                       struct prune_error *err)
{
    const struct datum *d = engine_result(f->engine, i);
    const char *name = f->graph->values[f->graph->outputs[i]].name;
    if (!d || d->kind != DATUM_TENSOR)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "output %s is no tensor and cannot be written", name);
    const struct tensor *t = d->tensor;
    int rc = f->out[i] ? 0 : make_output(f, i, t, err);
    if (rc)
        return rc;
    size_t whole = f->out[i]->size;
    size_t sample = n == f->total ? whole : whole / (size_t)f->total;
    size_t bytes = n == f->total ? whole : (size_t)n * sample;
    if (bytes > t->size || (n != f->total &&
                            t->size != sample * (size_t)f->batch))
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "output %s has another size for every batch; feed all "
                       "samples at once", name);
    if (bytes)
        memcpy((char *)f->out[i]->data + (size_t)first * sample, t->data,
               bytes);
    return 0;
}

/* Samples first … first+n-1; the last batch is padded with what the one
 * before it left, and the padding's results are dropped. */
static int run_batch(struct infer *f, int64_t first, int64_t n,
                     struct prune_error *err)
{
    for (int i = 0; i < f->graph->n_inputs; i++) {
        if (f->fed[i] == f->in[i])
            continue;
        size_t sample = f->fed[i]->size / (size_t)f->batch;
        memcpy(f->fed[i]->data,
               (const char *)f->in[i]->data + (size_t)first * sample,
               (size_t)n * sample);
    }
    int rc = engine_run(f->engine, f->data, err);
    for (int i = 0; i < f->graph->n_outputs && !rc; i++)
        rc = keep_output(f, i, first, n, err);
    return rc;
}

static int run_all(struct infer *f, struct prune_error *err)
{
    int rc = 0;
    for (int64_t first = 0; first < f->total && !rc; first += f->batch) {
        int64_t left = f->total - first;
        rc = run_batch(f, first, left < f->batch ? left : f->batch, err);
    }
    return rc;
}

/* The folder, with those above it. */
static int make_folder(const char *folder, struct prune_error *err)
{
    char *path = mem_strdup(folder);
    if (!path)
        return err_memory(err, "a path");
    int bad = 0;
    for (char *p = path; *p && !bad; p++) {
        if (*p != '/' || p == path)
            continue;
        *p = 0;
        bad = mkdir(path, 0777) && errno != EEXIST;
        *p = '/';
    }
    bad = bad || (mkdir(path, 0777) && errno != EEXIST);
    mem_free(path);
    return bad ? err_set(err, PRUNE_E_FAILED, "%s: %s", folder,
                         strerror(errno))
               : 0;
}

static int write_output(const struct infer *f, int i, const char *folder,
                        struct prune_error *err)
{
    const struct value *v = &f->graph->values[f->graph->outputs[i]];
    char *path = mem_printf("%s/%s.npy", folder, v->name);
    if (!path)
        return err_memory(err, "a path");
    for (char *p = path + strlen(folder) + 1; *p; p++)
        if (*p == '/')
            *p = '_';
    int rc = npy_write(path, f->out[i]->dtype, &f->out[i]->shape, f->out[i]->data,
                       err);
    mem_free(path);
    return rc;
}

static int make_lists(struct infer *f, struct prune_error *err)
{
    size_t in = (size_t)f->graph->n_inputs, out = (size_t)f->graph->n_outputs;
    f->in = mem_calloc(in, sizeof *f->in);
    f->fed = mem_calloc(in, sizeof *f->fed);
    f->data = mem_calloc(in, sizeof *f->data);
    f->shapes = mem_calloc(in, sizeof *f->shapes);
    f->out = mem_calloc(out, sizeof *f->out);
    if (!f->in || !f->fed || !f->data || !f->shapes || !f->out)
        return err_memory(err, "inputs and outputs");
    if (!in)
        return err_set(err, PRUNE_E_INPUT, "the model has no input");
    return 0;
}

static int read_inputs(struct infer *f, const char *const *inputs, int n,
                       struct prune_error *err)
{
    int rc = make_lists(f, err);
    for (int i = 0; i < n && !rc; i++)
        rc = read_input(f, inputs[i], err);
    for (int i = 0; i < f->graph->n_inputs && !rc; i++)
        rc = check_input(&f->graph->values[f->graph->inputs[i]], f->in[i],
                         err);
    return rc;
}

static int open_engine(struct infer *f, int threads, struct prune_error *err)
{
    struct engine_options o = {.kind = ENGINE_FAST, .threads = threads};
    int rc = graph_infer(f->graph, f->batch, f->shapes, f->graph->n_inputs,
                         err);
    return rc ? rc : engine_open(&f->engine, f->graph, &o, err);
}

static int infer(struct infer *f, const char *folder,
                 const struct prune_options *o, struct prune_error *err)
{
    int rc = set_batch(f, o, err);
    if (!rc)
        rc = make_batches(f, err);
    if (!rc)
        rc = open_engine(f, o->settings.threads, err);
    if (!rc)
        rc = run_all(f, err);
    if (!rc)
        rc = make_folder(folder, err);
    for (int i = 0; i < f->graph->n_outputs && !rc; i++)
        rc = write_output(f, i, folder, err);
    return rc;
}

static void drop_all(struct tensor **list, int n)
{
    for (int i = 0; list && i < n; i++)
        tensor_unref(list[i]);
    mem_free(list);
}

static void infer_done(struct infer *f)
{
    if (!f->graph)
        return;
    engine_close(f->engine);
    drop_all(f->in, f->graph->n_inputs);
    drop_all(f->fed, f->graph->n_inputs);
    drop_all(f->out, f->graph->n_outputs);
    mem_free(f->data);
    mem_free(f->shapes);
    graph_free(f->graph);
}

PRUNE_EXPORT int prune_infer(const char *model, const char *const *inputs,
                             int n_inputs, const char *output_dir,
                             const struct prune_options *options,
                             struct prune_error *err)
{
    struct infer f = {0};
    int rc = onnx_read(&f.graph, model, ops_find, err);
    if (!rc)
        rc = read_inputs(&f, inputs, n_inputs, err);
    if (!rc)
        rc = infer(&f, output_dir, options, err);
    infer_done(&f);
    return rc;
}
