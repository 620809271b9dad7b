#include <errno.h>
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

/* One run of a model on arrays from files. */
struct infer {
    struct graph *graph;
    struct engine *engine;
    struct tensor **in;          /* per graph input */
    const float **data;
    struct shape_override *shapes;
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
    int rc = npy_read(&f->in[i], equals + 1, err);
    if (rc)
        return rc;
    if (f->in[i]->dtype != DTYPE_F32)
        return err_set(err, PRUNE_E_INPUT,
                       "%s holds %s; this version feeds float32",
                       equals + 1, dtype_name(f->in[i]->dtype));
    return 0;
}

static int fits(const struct shape *want, const struct shape *have)
{
    if (want->rank < 0)
        return 1;
    if (want->rank != have->rank)
        return 0;
    for (int i = 0; i < want->rank; i++)
        if (want->dims[i] >= 0 && want->dims[i] != have->dims[i])
            return 0;
    return 1;
}

static int check_inputs(struct infer *f, struct prune_error *err)
{
    for (int i = 0; i < f->graph->n_inputs; i++) {
        const struct value *v = &f->graph->values[f->graph->inputs[i]];
        char a[96], b[96];
        if (!f->in[i])
            return err_set(err, PRUNE_E_USAGE,
                           "input %s is not given; add --input %s=FILE.npy",
                           v->name, v->name);
        if (!fits(&v->declared, &f->in[i]->shape))
            return err_set(err, PRUNE_E_INPUT,
                           "input %s wants shape %s, the file has %s", v->name,
                           shape_text(&v->declared, a),
                           shape_text(&f->in[i]->shape, b));
        f->data[i] = tensor_f32(f->in[i]);
        f->shapes[i] = (struct shape_override){v->name, f->in[i]->shape};
    }
    return 0;
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
    int rc = npy_write(path, DTYPE_F32, &v->shape,
                       engine_output(f->engine, i), err);
    mem_free(path);
    return rc;
}

static int infer(struct infer *f, const char *const *inputs, int n,
                 const char *folder, const struct settings *s,
                 struct prune_error *err)
{
    size_t room = (size_t)f->graph->n_inputs;
    f->in = mem_calloc(room, sizeof *f->in);
    f->data = mem_calloc(room, sizeof *f->data);
    f->shapes = mem_calloc(room, sizeof *f->shapes);
    if (!f->in || !f->data || !f->shapes)
        return err_memory(err, "inputs");
    int rc = 0;
    for (int i = 0; i < n && !rc; i++)
        rc = read_input(f, inputs[i], err);
    if (!rc)
        rc = check_inputs(f, err);
    if (!rc)
        rc = graph_infer(f->graph, 1, f->shapes, f->graph->n_inputs, err);
    struct engine_options o = {.kind = ENGINE_FAST, .threads = s->threads};
    if (!rc)
        rc = engine_open(&f->engine, f->graph, &o, err);
    if (!rc)
        rc = engine_run(f->engine, f->data, err);
    if (!rc)
        rc = make_folder(folder, err);
    for (int i = 0; i < f->graph->n_outputs && !rc; i++)
        rc = write_output(f, i, folder, err);
    return rc;
}

static void infer_done(struct infer *f)
{
    engine_close(f->engine);
    for (int i = 0; f->in && i < f->graph->n_inputs; i++)
        tensor_unref(f->in[i]);
    mem_free(f->in);
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
        rc = infer(&f, inputs, n_inputs, output_dir, &options->settings, err);
    infer_done(&f);
    return rc;
}
