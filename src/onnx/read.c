#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "onnx/attribute.h"
#include "onnx/functions.h"
#include "onnx/onnx.h"

enum { OLDEST_OPSET = 1, OLDEST_IR = 3 };

struct reading {
    struct graph *g;
    struct onnx_origin *origin;
    const Onnx__GraphProto *proto;
    op_find_f *find;
    int is_sub;             /* a subgraph: may read what others make */
    struct names values;    /* name -> value */
    struct names sparse;    /* sparse initializers: defined, no constant */
    const struct names *functions; /* of the model, that stayed */
};

/* The value of that name, made when it is new; "" is NO_VALUE. */
static int value_of(struct reading *r, const char *name, int *out,
                    struct prune_error *err)
{
    *out = NO_VALUE;
    if (!*name)
        return 0;
    int v = names_get(&r->values, name);
    if (v < 0) {
        int rc = graph_add_value(r->g, name, &v, err);
        if (rc)
            return rc;
        if (names_put(&r->values, r->g->values[v].name, v))
            return err_memory(err, "a model");
    }
    *out = v;
    return 0;
}

/* --- declarations ------------------------------------------------------ */

static void declare(struct value *v, const Onnx__TypeProto *type)
{
    if (!type ||
        type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
        return;
    const Onnx__TypeProto__Tensor *t = type->tensor_type;
    if (!v->constant && t->elem_type > 0 &&
        dtype_size((enum dtype)t->elem_type))
        v->dtype = (enum dtype)t->elem_type;
    if (!t->shape || t->shape->n_dim > MAX_RANK)
        return;
    v->declared.rank = (int)t->shape->n_dim;
    for (int i = 0; i < v->declared.rank; i++) {
        const Onnx__TensorShapeProto__Dimension *d = t->shape->dim[i];
        int fixed = d->value_case ==
                    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        /* Some exporters write 0 for a size that they do not know. */
        v->declared.dims[i] = fixed && d->dim_value > 0 ? d->dim_value : -1;
    }
}

static void read_values(struct reading *r, Onnx__ValueInfoProto **list,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int v = names_get(&r->values, onnx_text(list[i]->name));
        if (v < 0)
            continue;
        declare(&r->g->values[v], list[i]->type);
        if (!r->g->values[v].constant)
            r->g->values[v].shape = r->g->values[v].declared;
    }
}

static void set_constant(struct value *v, struct tensor *t)
{
    if (!t)
        return;
    v->constant = t;
    v->dtype = t->dtype;
    v->shape = t->shape;
}

static int read_initializer(struct reading *r, const Onnx__TensorProto *p,
                            struct prune_error *err)
{
    int v;
    const char *name = onnx_text(p->name);
    if (names_get(&r->values, name) >= 0 || !*name)
        return err_set(err, PRUNE_E_INPUT,
                       *name ? "there are two initializers named '%s'"
                             : "an initializer has no name%s",
                       name);
    int rc = value_of(r, name, &v, err);
    if (rc)
        return rc;
    struct value *value = &r->g->values[v];
    value->origin = p;
    struct tensor *t = NULL;
    rc = onnx_tensor(&t, p, r->origin, err);
    set_constant(value, t);
    return rc == PRUNE_E_UNSUPPORTED ? 0 : rc;
}

static int read_initializers(struct reading *r, struct prune_error *err)
{
    int rc = 0;
    const Onnx__GraphProto *p = r->proto;
    for (size_t i = 0; !rc && i < p->n_initializer; i++)
        rc = read_initializer(r, p->initializer[i], err);
    for (size_t i = 0; !rc && i < p->n_sparse_initializer; i++) {
        const Onnx__TensorProto *t = p->sparse_initializer[i]->values;
        const char *name = onnx_text(t ? t->name : NULL);
        if (names_get(&r->sparse, name) < 0 && names_put(&r->sparse, name, 0))
            rc = err_memory(err, "a model");
    }
    return rc;
}

static int read_input(struct reading *r, const Onnx__ValueInfoProto *p,
                      struct prune_error *err)
{
    int v;
    int rc = value_of(r, onnx_text(p->name), &v, err);
    if (rc)
        return rc;
    if (v == NO_VALUE)
        return err_set(err, PRUNE_E_INPUT, "an input has no name");
    if (r->g->values[v].is_input)
        return err_set(err, PRUNE_E_INPUT, "there are two inputs named '%s'",
                       r->g->values[v].name);
    if (r->g->values[v].origin || names_get(&r->sparse, p->name) >= 0)
        return 0;
    return graph_add_input(r->g, v, err);
}

static int read_ends(struct reading *r, struct prune_error *err)
{
    int rc = 0;
    const Onnx__GraphProto *p = r->proto;
    for (size_t i = 0; !rc && i < p->n_input; i++)
        rc = read_input(r, p->input[i], err);
    for (size_t i = 0; !rc && i < p->n_output; i++) {
        int v;
        rc = value_of(r, onnx_text(p->output[i]->name), &v, err);
        if (!rc)
            rc = v == NO_VALUE ? err_set(err, PRUNE_E_INPUT,
                                         "an output has no name")
                               : graph_add_output(r->g, v, err);
    }
    if (!rc && !r->g->n_outputs && !r->is_sub)
        rc = err_set(err, PRUNE_E_INPUT, "the network has no output");
    return rc;
}

/* --- nodes ------------------------------------------------------------- */

static const char *domain_of(const char *domain)
{
    return strcmp(onnx_text(domain), "ai.onnx") ? onnx_text(domain) : "";
}

/* Calls of the model's own functions that stayed: whatever operator has
 * the same name, it is not meant. */
static int has_function(struct reading *r, const Onnx__NodeProto *p,
                        int *out, struct prune_error *err)
{
    *out = 0;
    if (!r->functions->n)
        return 0;
    char *key = functions_key_of_node(&r->g->arena, p);
    if (!key)
        return err_memory(err, "a model");
    *out = names_get(r->functions, key) >= 0;
    return 0;
}

static int read_functions(struct reading *r, struct names *functions,
                          struct prune_error *err)
{
    const Onnx__ModelProto *m = r->origin->model;
    for (size_t i = 0; i < m->n_functions; i++) {
        char *key = functions_key(&r->g->arena, m->functions[i]);
        if (!key || (names_get(functions, key) < 0 &&
                     names_put(functions, key, 0)))
            return err_memory(err, "a model");
    }
    return 0;
}

static int read_links(struct reading *r, char **list, int n, int *out,
                      struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < n; i++)
        rc = value_of(r, onnx_text(list[i]), &out[i], err);
    return rc;
}

static int read_subgraph(struct graph **out, const struct reading *around,
                         const Onnx__GraphProto *p, struct prune_error *err);

static int read_attribute(const struct reading *r, struct attr *a,
                          const Onnx__AttributeProto *p,
                          struct prune_error *err)
{
    int rc = onnx_read_attribute(r->g, a, p, r->origin, err);
    if (!rc && a->type == ATTR_GRAPH && p->g)
        rc = read_subgraph(&a->graph, r, p->g, err);
    return rc;
}

static int read_attributes(struct reading *r, struct node *n,
                           const Onnx__NodeProto *p, struct prune_error *err)
{
    for (int i = 0; i < n->n_attrs; i++) {
        int rc = read_attribute(r, &n->attrs[i], p->attribute[i], err);
        if (rc) {
            err_prefix(err, "node %s, attribute %s", n->label,
                       n->attrs[i].name);
            return rc;
        }
    }
    return 0;
}

/* A Constant node's output holds its value, as an initializer does. */
static int read_constant(struct reading *r, const struct node *n,
                         struct prune_error *err)
{
    struct value *v = node_out(r->g, n, 0);
    int rc = 0;
    if (*n->domain || strcmp(n->type, "Constant") || !v || v->constant)
        return 0;
    struct tensor *t = NULL;
    for (int i = 0; !rc && !t && i < n->n_attrs; i++)
        rc = onnx_constant(&t, &n->attrs[i], err);
    set_constant(v, t);
    return rc;
}

static int read_node(struct reading *r, const Onnx__NodeProto *p,
                     struct prune_error *err)
{
    int at;
    const char *type = onnx_text(p->op_type), *domain = domain_of(p->domain);
    int rc = graph_add_node(r->g, type, domain, onnx_text(p->name),
                            (int)p->n_input, (int)p->n_output,
                            (int)p->n_attribute, &at, err);
    if (rc)
        return rc;
    struct node *n = &r->g->nodes[at];
    n->origin = p;
    if (!*type)
        return err_set(err, PRUNE_E_INPUT, "a node names no operator");
    int is_own;
    rc = has_function(r, p, &is_own, err);
    if (rc)
        return rc;
    if (r->find && !is_own)
        n->op = r->find(domain, type, r->g->opset);
    rc = read_links(r, p->input, n->n_inputs, n->inputs, err);
    if (!rc)
        rc = read_links(r, p->output, n->n_outputs, n->outputs, err);
    if (!rc)
        rc = read_attributes(r, n, p, err);
    return rc ? rc : read_constant(r, n, err);
}

/* --- what subgraphs read ----------------------------------------------- */

struct capture {
    struct reading *r;
    int *stamps, stamp; /* of a value: the last node that was seen with it */
    struct node *n;     /* NULL while counting */
    int found;
};

static int note_name(void *payload, const char *name)
{
    struct capture *c = payload;
    int v = *name ? names_get(&c->r->values, name) : -1;
    if (v < 0 || c->stamps[v] == c->stamp)
        return 0;
    c->stamps[v] = c->stamp;
    if (c->n)
        c->n->captured[c->found] = v;
    c->found++;
    return 0;
}

static int scan_node(struct capture *c, const Onnx__NodeProto *p)
{
    c->stamp++;
    c->found = 0;
    for (size_t k = 0; k < p->n_attribute; k++)
        onnx_each_name(p->attribute[k], note_name, c);
    return c->found;
}

static int read_captured(struct reading *r, struct prune_error *err)
{
    struct graph *g = r->g;
    struct capture c = {.r = r};
    c.stamps = mem_calloc((size_t)g->n_values, sizeof *c.stamps);
    if (!c.stamps)
        return err_memory(err, "a model");
    int rc = 0;
    for (int i = 0; !rc && i < g->n_nodes; i++) {
        const Onnx__NodeProto *p = g->nodes[i].origin;
        c.n = NULL;
        int n = scan_node(&c, p);
        if (!n)
            continue;
        c.n = &g->nodes[i];
        c.n->captured = arena_calloc(&g->arena, (size_t)n, sizeof(int));
        if (!c.n->captured) {
            rc = err_memory(err, "a model");
            break;
        }
        c.n->n_captured = scan_node(&c, p);
    }
    mem_free(c.stamps);
    return rc;
}

/* --- the whole --------------------------------------------------------- */

static int is_defined(const struct reading *r, const struct value *v)
{
    return v->producer >= 0 || v->is_input || v->origin ||
           names_get(&r->sparse, v->name) >= 0;
}

/* Names that nothing in a subgraph makes are the graphs' around it. */
static void mark_outer(struct reading *r)
{
    for (int i = 0; i < r->g->n_values; i++)
        r->g->values[i].is_outer = !is_defined(r, &r->g->values[i]);
}

static int check_links(const struct reading *r, struct prune_error *err)
{
    const struct graph *g = r->g;
    for (int i = 0; i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        for (int k = 0; k < n->n_inputs; k++) {
            const struct value *v = node_in(g, n, k);
            if (v && !v->is_outer && !is_defined(r, v))
                return err_set(err, PRUNE_E_INPUT,
                               "node %s reads '%s', which nothing makes",
                               n->label, v->name);
        }
        for (int k = 0; k < n->n_outputs; k++) {
            const struct value *v = node_out(g, n, k);
            if (v && v->origin)
                return err_set(err, PRUNE_E_INPUT,
                               "node %s makes '%s', which is an initializer",
                               n->label, v->name);
        }
    }
    for (int i = 0; i < g->n_outputs; i++) {
        const struct value *v = &g->values[g->outputs[i]];
        if (!v->is_outer && !is_defined(r, v))
            return err_set(err, PRUNE_E_INPUT,
                           "nothing makes the network's output '%s'",
                           v->name);
    }
    return 0;
}

static int read_versions(struct reading *r, struct prune_error *err)
{
    const Onnx__ModelProto *m = r->origin->model;
    struct graph *g = r->g;
    g->ir_version = m->ir_version;
    if (!m->graph)
        return err_set(err, PRUNE_E_INPUT, "the model has no graph");
    if (m->ir_version < OLDEST_IR)
        return err_set(err, PRUNE_E_INPUT,
                       "ir_version %lld is older than %d; convert the model "
                       "with onnx.version_converter",
                       (long long)m->ir_version, OLDEST_IR);
    for (size_t i = 0; i < m->n_opset_import; i++)
        if (!*domain_of(m->opset_import[i]->domain))
            g->opset = m->opset_import[i]->version;
    if (g->opset < OLDEST_OPSET && (g->opset || !m->n_opset_import))
        return err_set(err, PRUNE_E_INPUT,
                       "opset %lld is older than %d; convert the model with "
                       "onnx.version_converter",
                       (long long)g->opset, OLDEST_OPSET);
    return 0;
}

static int read_graph(struct reading *r, struct prune_error *err)
{
    const Onnx__GraphProto *p = r->proto;
    int rc = read_initializers(r, err);
    if (!rc)
        rc = read_ends(r, err);
    for (size_t i = 0; !rc && i < p->n_node; i++)
        rc = read_node(r, p->node[i], err);
    read_values(r, p->value_info, p->n_value_info);
    read_values(r, p->input, p->n_input);
    read_values(r, p->output, p->n_output);
    if (!rc)
        rc = read_captured(r, err);
    if (!rc)
        rc = graph_sort(r->g, err);
    if (!rc && r->is_sub)
        mark_outer(r);
    return rc ? rc : check_links(r, err);
}

static void reading_done(struct reading *r)
{
    names_done(&r->values);
    names_done(&r->sparse);
}

/* A graph of its own, which keeps the file's messages as the model does.
 * wire_check has bounded how deep they nest. */
static int read_subgraph(struct graph **out, const struct reading *around,
                         const Onnx__GraphProto *p, struct prune_error *err)
{
    struct reading r = {.origin = around->origin, .proto = p,
                        .find = around->find, .is_sub = 1,
                        .functions = around->functions};
    int rc = graph_new(&r.g, err);
    if (rc)
        return rc;
    r.g->opset = around->g->opset;
    r.g->ir_version = around->g->ir_version;
    r.g->origin = &r.origin->base;
    r.origin->base.refs++;
    rc = read_graph(&r, err);
    reading_done(&r);
    if (rc)
        graph_free(r.g);
    else
        *out = r.g;
    return rc;
}

static int read_model(struct reading *r, struct names *functions,
                      struct file_map *file, const char *folder,
                      struct prune_error *err)
{
    int rc = graph_new(&r->g, err);
    if (!rc)
        rc = onnx_origin_new(&r->origin, file, folder, err);
    if (rc)
        return rc;
    *file = (struct file_map){0};
    r->g->origin = &r->origin->base;
    r->proto = r->origin->model->graph;
    rc = read_versions(r, err);
    if (!rc)
        rc = read_functions(r, functions, err);
    return rc ? rc : read_graph(r, err);
}

/* The file is taken over, also on failure. */
static int read_file(struct graph **out, struct file_map file,
                     const char *folder, const char *name, op_find_f *find,
                     struct prune_error *err)
{
    struct names functions = {0};
    struct reading r = {.find = find, .functions = &functions};
    int rc = read_model(&r, &functions, &file, folder, err);
    if (rc) {
        graph_free(r.g);
        err_prefix(err, "%s", name);
    } else {
        *out = r.g;
    }
    file_unmap(&file);
    reading_done(&r);
    names_done(&functions);
    return rc;
}

int onnx_read_own(struct graph **out, unsigned char *bytes, size_t size,
                  const char *name, op_find_f *find,
                  struct prune_error *err)
{
    struct file_map m = {.data = bytes, .size = size, .in_memory = 1};
    return read_file(out, m, NULL, name, find, err);
}

int onnx_read_bytes(struct graph **out, const void *data, size_t size,
                    const char *name, op_find_f *find,
                    struct prune_error *err)
{
    unsigned char *copy = mem_calloc(size, 1);
    if (!copy)
        return err_memory(err, name);
    if (size)
        memcpy(copy, data, size);
    return onnx_read_own(out, copy, size, name, find, err);
}

int onnx_read(struct graph **out, const char *path, op_find_f *find,
              struct prune_error *err)
{
    struct file_map m = {0};
    int rc = file_map(&m, path, 0, err);
    if (rc)
        return rc;
    char *copy = mem_strdup(path);
    if (copy) {
        rc = read_file(out, m, dirname(copy), path, find, err);
    } else {
        file_unmap(&m);
        rc = err_memory(err, path);
    }
    mem_free(copy);
    return rc;
}

const struct file_map *onnx_file(const struct graph *g, size_t i)
{
    const struct onnx_origin *o = (const struct onnx_origin *)g->origin;
    if (!o || i > o->sides.n)
        return NULL;
    return i ? &o->sides.maps[i - 1] : &o->file;
}
