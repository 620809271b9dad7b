#include <string.h>
#include <sys/stat.h>

#include "api/subject.h"
#include "base/alloc.h"
#include "base/export.h"
#include "base/json.h"
#include "engine/engine.h"
#include "graph/couple.h"
#include "onnx/onnx.h"
#include "prune/model.h"

static json_t *value_json(const struct value *v)
{
    json_t *o = json_object();
    json_put_text(o, "name", v->name);
    json_put_text(o, "dtype", dtype_name(v->dtype));
    /* As the file declares it: a symbolic size stays open. */
    json_t *shape = json_array();
    for (int i = 0; i < v->declared.rank; i++)
        json_array_append_new(shape, v->declared.dims[i] < 0
                                         ? json_null()
                                         : json_integer(v->declared.dims[i]));
    json_put(o, "shape", shape);
    return o;
}

static json_t *values_json(const struct graph *g, const int *list, int n)
{
    json_t *a = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(a, value_json(&g->values[list[i]]));
    return a;
}

static json_t *operators_json(const struct graph *g)
{
    json_t *o = json_object();
    for (int i = 0; i < g->n_nodes; i++) {
        const char *type = g->nodes[i].type;
        json_put_int(o, type, json_int(o, type, 0) + 1);
    }
    return o;
}

static json_t *layer_json(const struct subject *s, int i)
{
    const struct graph *g = s->graph;
    const struct node *n = &g->nodes[i];
    const struct node_cost *c = &s->costs.nodes[i];
    json_t *o = json_object();
    json_put_text(o, "node", n->label);
    json_put_text(o, "op", n->type);
    const struct value *out = node_out(g, n, 0);
    if (out && out->shape.rank >= 0)
        json_put(o, "output_shape", shape_json(&out->shape));
    json_put_int(o, "parameters", c->parameters);
    json_put_int(o, "prunable", c->prunable);
    json_put_int(o, "nonzeros", c->nonzeros);
    json_put_int(o, "macs", c->macs);
    return o;
}

static json_t *layers_json(const struct subject *s)
{
    json_t *a = json_array();
    for (int i = 0; i < s->graph->n_nodes; i++)
        json_array_append_new(a, layer_json(s, i));
    return a;
}

/* "Conv_3 (out), Gemm_9 (in)": which weights the group's units touch. */
static json_t *group_json(const struct graph *g, const struct group *group)
{
    json_t *nodes = json_array();
    for (int i = 0; i < group->n_members; i++) {
        const struct member *m = &group->members[i];
        if (m->node < 0 || !(m->role & (ROLE_OUT | ROLE_IN)))
            continue;
        json_t *o = json_object();
        json_put_text(o, "node", g->nodes[m->node].label);
        json_put_text(o, "role", m->role & ROLE_OUT ? "out" : "in");
        json_array_append_new(nodes, o);
    }
    json_t *o = json_object();
    json_put_int(o, "units", group->n_units);
    json_put(o, "nodes", nodes);
    return o;
}

static void put_groups(json_t *o, const struct graph *g,
                       const struct coupling *c)
{
    json_t *groups = json_array(), *refusals = json_array();
    for (int i = 0; i < coupling_n_groups(c); i++) {
        const struct group *group = coupling_group(c, i);
        if (group->refusal < 0)
            json_array_append_new(groups, group_json(g, group));
    }
    for (int i = 0; i < coupling_n_refusals(c); i++) {
        const struct refusal *r = coupling_refusal(c, i);
        json_t *row = json_object();
        json_put_text(row, "node", r->node < 0 ? "" : g->nodes[r->node].label);
        json_put_text(row, "reason", r->reason);
        json_array_append_new(refusals, row);
    }
    json_put(o, "groups", groups);
    json_put(o, "refusals", refusals);
}

static json_t *subject_json(const struct subject *s)
{
    const struct graph *g = s->graph;
    const struct node_cost *t = &s->costs.total;
    struct prune_error why = {0};
    json_t *o = json_object();
    json_put_text(o, "sha256", s->sha256);
    json_put_int(o, "bytes", (int64_t)s->size);
    json_put_int(o, "compressed_bytes", s->compressed);
    json_put_int(o, "ir_version", g->ir_version);
    json_put_int(o, "opset", g->opset);
    json_put_int(o, "parameters", t->parameters);
    json_put_int(o, "prunable", t->prunable);
    json_put_int(o, "nonzeros", t->nonzeros);
    json_put_int(o, "macs", t->macs);
    json_put_bool(o, "runs", !engine_can_run(g, &why));
    if (why.code)
        json_put_text(o, "runs_not", why.text);
    json_put(o, "inputs", values_json(g, g->inputs, g->n_inputs));
    json_put(o, "outputs", values_json(g, g->outputs, g->n_outputs));
    json_put(o, "operators", operators_json(g));
    json_put(o, "layers", layers_json(s));
    return o;
}

static int inspect(json_t **out, struct subject *s, struct prune_error *err)
{
    struct coupling *c = NULL;
    int rc = subject_compress(s, err);
    if (!rc)
        rc = coupling_new(&c, s->graph, err);
    if (!rc)
        rc = coupling_run(c, err);
    if (!rc) {
        *out = subject_json(s);
        put_groups(*out, s->graph, c);
    }
    coupling_free(c);
    return rc;
}

static json_t *external_row(const struct onnx_external *e)
{
    json_t *o = json_object();
    json_put_text(o, "file", e->file);
    json_put_int(o, "bytes_needed", e->bytes);
    return o;
}

/* Notes a file that is not there, or too short (then with "bytes"). */
static int note_missing(json_t *missing, const char *model,
                        const struct onnx_external *e,
                        struct prune_error *err)
{
    const char *slash = strrchr(model, '/');
    struct stat st;
    char *path = mem_printf("%.*s%s", slash ? (int)(slash + 1 - model) : 0,
                            model, e->file);
    if (!path)
        return err_memory(err, "a path");
    int there = !stat(path, &st) && S_ISREG(st.st_mode);
    mem_free(path);
    if (there && st.st_size >= e->bytes)
        return 0;
    json_t *o = external_row(e);
    if (there)
        json_put_int(o, "bytes", st.st_size);
    json_array_append_new(missing, o);
    return 0;
}

static int list_external(json_t *out, const char *model,
                         struct prune_error *err)
{
    struct onnx_external *list = NULL;
    size_t n = 0;
    json_t *needed = json_array(), *missing = json_array();
    int rc = onnx_external_list(&list, &n, model, err);
    for (size_t i = 0; i < n && !rc; i++) {
        json_array_append_new(needed, external_row(&list[i]));
        rc = note_missing(missing, model, &list[i], err);
    }
    if (!rc && n)
        json_put(out, "external_data", json_incref(needed));
    if (!rc && json_array_size(missing))
        json_put(out, "missing", json_incref(missing));
    json_decref(needed);
    json_decref(missing);
    onnx_external_free(list, n);
    return rc;
}

PRUNE_EXPORT int prune_inspect_files(char **result, const char *model,
                                     struct prune_error *err)
{
    json_t *o = json_object();
    int rc = list_external(o, model, err);
    if (!rc)
        rc = (*result = json_dump(o)) ? 0 : err_memory(err, "the answer");
    json_decref(o);
    return rc;
}

PRUNE_EXPORT int prune_inspect(char **result, const char *model,
                               const struct prune_options *options,
                               struct prune_error *err)
{
    struct shapes o;
    struct subject s = {0};
    json_t *tree = NULL;
    int rc = shapes_parse(&o, options->settings.shape, err);
    if (!rc)
        rc = subject_open(&s, model, &o, err);
    if (!rc)
        rc = inspect(&tree, &s, err);
    if (!rc && onnx_file(s.graph, 1))
        rc = list_external(tree, model, err);
    if (!rc)
        rc = (*result = json_dump(tree)) ? 0 : err_memory(err, "the answer");
    json_decref(tree);
    subject_close(&s);
    return rc;
}
