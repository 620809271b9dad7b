#include <string.h>

#include "onnx/functions_parts.h"
#include "onnx/parts.h"

/* Copies of nodes and their subgraphs under other names. What holds no name
 * is shared with the message it came from. */

enum { MAX_GRAPHS = 24 }; /* subgraphs in subgraphs, calls counted in */

static void *copy_of(struct expansion *x, const void *from, size_t size)
{
    void *p = arena_calloc(x->arena, 1, size);
    if (p)
        memcpy(p, from, size);
    return p;
}

static int rename_all(struct expansion *x, struct scope *s, char ***list,
                      size_t n)
{
    char **names = arena_calloc(x->arena, n, sizeof *names);
    int rc = names ? 0 : functions_short(x);
    for (size_t i = 0; !rc && i < n; i++) {
        names[i] = (*list)[i];
        rc = functions_rename(x, s, &names[i]);
    }
    *list = names;
    return rc;
}

/* --- subgraphs --------------------------------------------------------- */

static int copy_infos(struct expansion *x, struct scope *s,
                      Onnx__ValueInfoProto ***list, size_t n)
{
    Onnx__ValueInfoProto **out = arena_calloc(x->arena, n, sizeof *out);
    int rc = out ? 0 : functions_short(x);
    for (size_t i = 0; !rc && i < n; i++) {
        out[i] = copy_of(x, (*list)[i], sizeof **out);
        rc = out[i] ? functions_rename(x, s, &out[i]->name)
                    : functions_short(x);
    }
    *list = out;
    return rc;
}

static int copy_tensor(struct expansion *x, struct scope *s,
                       Onnx__TensorProto **t)
{
    *t = copy_of(x, *t, sizeof **t);
    return *t ? functions_rename(x, s, &(*t)->name) : functions_short(x);
}

static int copy_tensors(struct expansion *x, struct scope *s,
                        Onnx__GraphProto *g)
{
    Onnx__TensorProto **dense = arena_calloc(x->arena, g->n_initializer,
                                             sizeof *dense);
    Onnx__SparseTensorProto **sparse = arena_calloc(
        x->arena, g->n_sparse_initializer, sizeof *sparse);
    int rc = dense && sparse ? 0 : functions_short(x);
    for (size_t i = 0; !rc && i < g->n_initializer; i++) {
        dense[i] = g->initializer[i];
        rc = copy_tensor(x, s, &dense[i]);
    }
    for (size_t i = 0; !rc && i < g->n_sparse_initializer; i++) {
        sparse[i] = copy_of(x, g->sparse_initializer[i], sizeof **sparse);
        rc = sparse[i] ? 0 : functions_short(x);
        if (!rc && sparse[i]->values)
            rc = copy_tensor(x, s, &sparse[i]->values);
    }
    g->initializer = dense;
    g->sparse_initializer = sparse;
    return rc;
}

static int rename_ends(struct expansion *x, struct scope *s,
                       Onnx__GraphProto *g)
{
    int rc = copy_infos(x, s, &g->input, g->n_input);
    if (!rc)
        rc = copy_infos(x, s, &g->output, g->n_output);
    if (!rc)
        rc = copy_infos(x, s, &g->value_info, g->n_value_info);
    return rc ? rc : copy_tensors(x, s, g);
}

static int copy_graph(struct expansion *x, struct scope *s,
                      Onnx__GraphProto **graph)
{
    Onnx__GraphProto *g = copy_of(x, *graph, sizeof *g);
    if (!g)
        return functions_short(x);
    if (x->graphs >= MAX_GRAPHS)
        return err_set(x->err, PRUNE_E_INPUT,
                       "subgraphs nest more than %d deep", MAX_GRAPHS);
    *graph = g;
    x->graphs++;
    int rc = s ? rename_ends(x, s, g) : 0;
    if (!rc)
        rc = functions_expand_nodes(x, s, g);
    x->graphs--;
    return rc;
}

/* --- attributes -------------------------------------------------------- */

static const Onnx__AttributeProto *find(Onnx__AttributeProto *const *list,
                                        size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(onnx_text(list[i]->name), name))
            return list[i];
    return NULL;
}

/* What the call gives for the function's attribute, or its default; NULL:
 * neither, and the node goes without. */
static const Onnx__AttributeProto *referred(const struct scope *s,
                                            const char *name)
{
    const Onnx__AttributeProto *a = find(s->call->attribute,
                                         s->call->n_attribute, name);
    return a ? a : find(s->defaults, s->n_defaults, name);
}

/* *out is NULL for one that is not there. */
static int copy_attribute(struct expansion *x, struct scope *s,
                          const Onnx__AttributeProto *a,
                          Onnx__AttributeProto **out)
{
    const Onnx__AttributeProto *from = a;
    int is_reference = s && *onnx_text(a->ref_attr_name);
    if (is_reference)
        from = referred(s, a->ref_attr_name);
    *out = NULL;
    if (!from)
        return 0;
    Onnx__AttributeProto *copy = copy_of(x, from, sizeof *copy);
    if (!copy)
        return functions_short(x);
    copy->name = a->name;
    *out = copy;
    /* What the call gave was copied where the call stands. */
    if (is_reference)
        return 0;
    int rc = copy->g ? copy_graph(x, s, &copy->g) : 0;
    if (!rc && copy->n_graphs) {
        copy->graphs = arena_calloc(x->arena, copy->n_graphs,
                                    sizeof *copy->graphs);
        rc = copy->graphs ? 0 : functions_short(x);
    }
    for (size_t i = 0; !rc && i < copy->n_graphs; i++) {
        copy->graphs[i] = from->graphs[i];
        rc = copy_graph(x, s, &copy->graphs[i]);
    }
    return rc;
}

static int copy_attributes(struct expansion *x, struct scope *s,
                           Onnx__NodeProto *n)
{
    Onnx__AttributeProto **list = arena_calloc(x->arena, n->n_attribute,
                                               sizeof *list);
    size_t kept = 0;
    int rc = list ? 0 : functions_short(x);
    for (size_t i = 0; !rc && i < n->n_attribute; i++) {
        rc = copy_attribute(x, s, n->attribute[i], &list[kept]);
        kept += !rc && list[kept];
    }
    n->attribute = list;
    n->n_attribute = kept;
    return rc;
}

int functions_copy_node(struct expansion *x, struct scope *s,
                        const Onnx__NodeProto *n, Onnx__NodeProto **out)
{
    Onnx__NodeProto *copy = copy_of(x, n, sizeof *copy);
    if (!copy)
        return functions_short(x);
    int rc = rename_all(x, s, &copy->input, copy->n_input);
    if (!rc)
        rc = rename_all(x, s, &copy->output, copy->n_output);
    if (!rc)
        rc = copy_attributes(x, s, copy);
    if (!rc && s && *onnx_text(copy->name)) {
        copy->name = functions_fresh(x, s->prefix, copy->name);
        rc = copy->name ? 0 : functions_short(x);
    }
    *out = copy;
    return rc;
}
