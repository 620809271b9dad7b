#include <string.h>

#include "onnx/write_parts.h"

static int is_alive(const struct value *v)
{
    return v->producer >= 0 || v->is_input || v->is_output ||
           onnx_is_initializer(v);
}

static const struct value *alive(const struct writing *w, const char *name)
{
    int v = names_get(&w->values, onnx_text(name));
    return v < 0 ? NULL : &w->g->values[v];
}

/* A value that nothing makes may still be read: a sparse initializer. */
static void mark_reads(const struct graph *g, unsigned char *read)
{
    for (int i = 0; i < g->n_nodes; i++) {
        const struct node *n = &g->nodes[i];
        for (int k = 0; k < n->n_inputs; k++)
            if (n->inputs[k] >= 0)
                read[n->inputs[k]] = 1;
        for (int k = 0; k < n->n_captured; k++)
            read[n->captured[k]] = 1;
    }
}

static int index_names(struct writing *w)
{
    int bad = 0;
    unsigned char *read = arena_calloc(&w->arena, (size_t)w->g->n_values, 1);
    if (!read)
        return -1;
    mark_reads(w->g, read);
    for (int i = 0; !bad && i < w->g->n_values; i++) {
        const struct value *v = &w->g->values[i];
        bad = names_put(is_alive(v) || read[i] ? &w->values : &w->dead,
                        v->name, i);
    }
    const Onnx__GraphProto *old = w->old->graph;
    for (size_t i = 0; old && !bad && i < old->n_input; i++)
        bad = names_put(&w->inputs, onnx_text(old->input[i]->name), 0);
    return bad;
}

/* --- lists of the graph ------------------------------------------------ */

static int put_nodes(struct writing *w, Onnx__GraphProto *out)
{
    size_t n = (size_t)w->g->n_nodes;
    out->n_node = n;
    out->node = arena_calloc(&w->arena, n, sizeof *out->node);
    for (size_t i = 0; out->node && i < n; i++) {
        out->node[i] = onnx_put_node(w, &w->g->nodes[i]);
        if (!out->node[i])
            return -1;
    }
    return out->node ? 0 : -1;
}

static int put_initializers(struct writing *w, Onnx__GraphProto *out)
{
    const struct graph *g = w->g;
    out->n_initializer = 0;
    out->initializer = arena_calloc(&w->arena, (size_t)g->n_values,
                                    sizeof *out->initializer);
    if (!out->initializer)
        return -1;
    for (int i = 0; i < g->n_values; i++) {
        if (!onnx_is_initializer(&g->values[i]))
            continue;
        Onnx__TensorProto *p = onnx_put_initializer(w, &g->values[i]);
        if (!p)
            return -1;
        out->initializer[out->n_initializer++] = p;
    }
    return 0;
}

/* An initializer that the file lists as an input is declared by its new
 * sizes, or no more at all. */
static int put_old_inputs(struct writing *w, Onnx__GraphProto *out,
                          const Onnx__GraphProto *old)
{
    for (size_t i = 0; i < old->n_input; i++) {
        Onnx__ValueInfoProto *p = old->input[i];
        const struct value *v = alive(w, p->name);
        if (v && onnx_is_initializer(v) && v->changed)
            p = onnx_put_info(w, v, p);
        if (!p)
            return -1;
        if (v)
            out->input[out->n_input++] = p;
    }
    return 0;
}

/* Before version 4 every initializer had to be listed as an input. */
static int put_inputs(struct writing *w, Onnx__GraphProto *out)
{
    const struct graph *g = w->g;
    const Onnx__GraphProto *old = w->old->graph;
    size_t room = (size_t)g->n_values + (old ? old->n_input : 0);
    out->n_input = 0;
    out->input = arena_calloc(&w->arena, room, sizeof *out->input);
    if (!out->input || (old && put_old_inputs(w, out, old)))
        return -1;
    for (int i = 0; i < g->n_values; i++) {
        const struct value *v = &g->values[i];
        int wanted = v->is_input ||
                     (g->ir_version < 4 && onnx_is_initializer(v));
        if (!wanted || names_get(&w->inputs, v->name) >= 0)
            continue;
        Onnx__ValueInfoProto *p = onnx_put_info(w, v, NULL);
        if (!p)
            return -1;
        out->input[out->n_input++] = p;
    }
    return 0;
}

static int put_outputs(struct writing *w, Onnx__GraphProto *out)
{
    const struct graph *g = w->g;
    if (w->old->graph)
        return 0;
    out->n_output = (size_t)g->n_outputs;
    out->output = arena_calloc(&w->arena, out->n_output,
                               sizeof *out->output);
    for (int i = 0; out->output && i < g->n_outputs; i++) {
        out->output[i] = onnx_put_info(w, &g->values[g->outputs[i]], NULL);
        if (!out->output[i])
            return -1;
    }
    return out->output ? 0 : -1;
}

/* Declarations of what is gone or has another size now are left out. What
 * the graph never heard of (a subgraph's, say) stays. */
static int put_value_info(struct writing *w, Onnx__GraphProto *out)
{
    Onnx__ValueInfoProto **old = out->value_info;
    size_t n = out->n_value_info;
    out->n_value_info = 0;
    out->value_info = arena_calloc(&w->arena, n, sizeof *out->value_info);
    for (size_t i = 0; out->value_info && i < n; i++) {
        const struct value *v = alive(w, old[i]->name);
        int kept = v ? !v->resized
                     : names_get(&w->dead, onnx_text(old[i]->name)) < 0;
        if (kept)
            out->value_info[out->n_value_info++] = old[i];
    }
    return out->value_info ? 0 : -1;
}

static int put_annotations(struct writing *w, Onnx__GraphProto *out)
{
    Onnx__TensorAnnotation **old = out->quantization_annotation;
    size_t n = out->n_quantization_annotation;
    out->n_quantization_annotation = 0;
    out->quantization_annotation = arena_calloc(
        &w->arena, n, sizeof *out->quantization_annotation);
    for (size_t i = 0; out->quantization_annotation && i < n; i++)
        if (names_get(&w->dead, onnx_text(old[i]->tensor_name)) < 0)
            out->quantization_annotation[out->n_quantization_annotation++] =
                old[i];
    return out->quantization_annotation ? 0 : -1;
}

static int put_graph(struct writing *w, Onnx__ModelProto *model)
{
    Onnx__GraphProto *p = arena_calloc(&w->arena, 1, sizeof *p);
    if (!p)
        return -1;
    if (w->old->graph) {
        *p = *w->old->graph;
    } else {
        onnx__graph_proto__init(p);
        p->name = (char *)(uintptr_t)"graph";
    }
    model->graph = p;
    return put_nodes(w, p) || put_initializers(w, p) || put_inputs(w, p) ||
           put_outputs(w, p) || put_value_info(w, p) || put_annotations(w, p);
}

/* --- the model --------------------------------------------------------- */

static int is_replaced(const struct graph *g, const char *key)
{
    for (int i = 0; i < g->n_props; i++)
        if (!strcmp(g->props[2 * i], key))
            return 1;
    return 0;
}

static int put_props(struct writing *w, Onnx__ModelProto *m)
{
    const struct graph *g = w->g;
    size_t room = m->n_metadata_props + (size_t)g->n_props;
    Onnx__StringStringEntryProto **list =
        arena_calloc(&w->arena, room, sizeof *list);
    Onnx__StringStringEntryProto *made =
        arena_calloc(&w->arena, (size_t)g->n_props, sizeof *made);
    size_t n = 0;
    if (!list || !made)
        return -1;
    for (size_t i = 0; i < m->n_metadata_props; i++)
        if (!is_replaced(g, onnx_text(m->metadata_props[i]->key)))
            list[n++] = m->metadata_props[i];
    for (int i = 0; i < g->n_props; i++) {
        onnx__string_string_entry_proto__init(&made[i]);
        made[i].key = (char *)(uintptr_t)g->props[2 * i];
        made[i].value = (char *)(uintptr_t)g->props[2 * i + 1];
        list[n++] = &made[i];
    }
    m->metadata_props = list;
    m->n_metadata_props = n;
    return 0;
}

/* For a graph that came from no file. */
static int put_versions(struct writing *w, Onnx__ModelProto *m)
{
    Onnx__OperatorSetIdProto *p = arena_calloc(&w->arena, 1, sizeof *p);
    m->opset_import = arena_calloc(&w->arena, 1, sizeof *m->opset_import);
    if (!p || !m->opset_import)
        return -1;
    onnx__operator_set_id_proto__init(p);
    p->domain = (char *)(uintptr_t)"";
    p->has_version = 1;
    p->version = w->g->opset;
    m->n_opset_import = 1;
    m->opset_import[0] = p;
    m->has_ir_version = 1;
    m->ir_version = w->g->ir_version;
    return 0;
}

int onnx_put_model(struct writing *w, Onnx__ModelProto *m)
{
    *m = *w->old;
    int bad = index_names(w);
    if (!bad && !w->g->origin)
        bad = put_versions(w, m);
    return bad || put_props(w, m) || put_graph(w, m) ? -1 : 0;
}
