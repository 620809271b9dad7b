#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "case.h"
#include "onnx/wire.h"

static void need(const void *p)
{
    if (p)
        return;
    fputs("conformance: not enough memory\n", stderr);
    exit(2);
}

/* --- what a model consists of ------------------------------------------ */

/* The types that the goal counts. */
static int is_common(int32_t t)
{
    return t == DTYPE_F32 || t == DTYPE_F64 || t == DTYPE_F16 ||
           t == DTYPE_I8 || t == DTYPE_U8 || t == DTYPE_I32 ||
           t == DTYPE_I64 || t == DTYPE_BOOL;
}

static void look_at_type(struct test_case *c, const Onnx__TypeProto *t,
                         int is_end)
{
    if (!t || t->value_case == ONNX__TYPE_PROTO__VALUE__NOT_SET)
        return;
    if (t->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE) {
        c->in_scope &= is_common(t->tensor_type->elem_type);
        return;
    }
    if (is_end)
        c->tensors = 0;
    if (t->value_case == ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE)
        look_at_type(c, t->sequence_type->elem_type, is_end);
    else if (t->value_case == ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE)
        look_at_type(c, t->optional_type->elem_type, is_end);
    else
        c->in_scope = 0;
}

static void look_at_values(struct test_case *c, Onnx__ValueInfoProto **list,
                           size_t n, int is_end)
{
    for (size_t i = 0; i < n; i++)
        look_at_type(c, list[i]->type, is_end);
}

static void note_op(struct test_case *c, const char *type)
{
    for (int i = 0; i < c->n_types; i++)
        if (!strcmp(c->types[i], type))
            return;
    c->types = mem_array(c->types, (size_t)c->n_types + 1, sizeof *c->types);
    need(c->types);
    c->types[c->n_types] = mem_strdup(type);
    need(c->types[c->n_types++]);
}

static void look_at_graph(struct test_case *c, const Onnx__GraphProto *g,
                          int is_whole);

static void look_at_node(struct test_case *c, const Onnx__NodeProto *n)
{
    const char *domain = n->domain ? n->domain : "";
    c->in_scope &= !*domain || !strcmp(domain, "ai.onnx");
    note_op(c, n->op_type ? n->op_type : "");
    for (size_t i = 0; i < n->n_attribute; i++) {
        const Onnx__AttributeProto *a = n->attribute[i];
        if (a->t)
            c->in_scope &= is_common(a->t->data_type);
        if (a->g)
            look_at_graph(c, a->g, 0);
    }
}

static void look_at_graph(struct test_case *c, const Onnx__GraphProto *g,
                          int is_whole)
{
    look_at_values(c, g->input, g->n_input, is_whole);
    look_at_values(c, g->output, g->n_output, is_whole);
    look_at_values(c, g->value_info, g->n_value_info, 0);
    for (size_t i = 0; i < g->n_initializer; i++)
        c->in_scope &= is_common(g->initializer[i]->data_type);
    for (size_t i = 0; i < g->n_node; i++)
        look_at_node(c, g->node[i]);
}

/* A model that protobuf cannot read has no operators and is not in scope:
 * its run will say why. */
static void look_at_model(struct test_case *c)
{
    struct file_map m = {0};
    char *path = mem_printf("%s/model.onnx", c->path);
    need(path);
    Onnx__ModelProto *p = NULL;
    if (!file_map(&m, path, 0, NULL)) {
        p = onnx__model_proto__unpack(NULL, m.size, m.data);
        file_unmap(&m);
    }
    mem_free(path);
    c->in_scope = c->tensors = p && p->graph;
    if (c->in_scope)
        look_at_graph(c, p->graph, 1);
    if (p)
        onnx__model_proto__free_unpacked(p, NULL);
}

/* --- which operator a case is about ------------------------------------ */

static int cases_with(const struct case_list *l, const char *type)
{
    int n = 0;
    for (int i = 0; i < l->n; i++)
        for (int k = 0; k < l->at[i].n_types; k++)
            n += !strcmp(l->at[i].types[k], type);
    return n;
}

/* The one that is rarest among all cases: what a case has beside the
 * operator it is about are the common ones. */
static const char *rarest(const struct case_list *l,
                          const struct test_case *c)
{
    const char *best = "(none)";
    int least = 0;
    for (int k = 0; k < c->n_types; k++) {
        int n = cases_with(l, c->types[k]);
        if (!least || n < least) {
            least = n;
            best = c->types[k];
        }
    }
    return best;
}

/* A function's case comes twice: as a node, and "expanded" to its body. */
static const struct test_case *unexpanded(const struct case_list *l,
                                          const struct test_case *c)
{
    static const char end[] = "_expanded";
    size_t n = strlen(c->name), tail = sizeof end - 1;
    if (n < tail || strcmp(c->name + n - tail, end))
        return NULL;
    for (int i = 0; i < l->n; i++)
        if (strlen(l->at[i].name) == n - tail &&
            !strncmp(l->at[i].name, c->name, n - tail))
            return &l->at[i];
    return NULL;
}

static void name_ops(struct case_list *l)
{
    for (int i = 0; i < l->n; i++) {
        struct test_case *c = &l->at[i];
        const struct test_case *whole = unexpanded(l, c);
        c->op = mem_strdup(rarest(l, whole ? whole : c));
        need(c->op);
    }
}

/* --- folders ----------------------------------------------------------- */

static int is_wanted(const char *name, char *const *prefixes, int n)
{
    const char *base = strchr(name, '/') + 1;
    for (int i = 0; i < n; i++) {
        size_t length = strlen(prefixes[i]);
        if (!strncmp(name, prefixes[i], length) ||
            !strncmp(base, prefixes[i], length))
            return 1;
    }
    return !n;
}

static void add_case(struct case_list *l, const char *data,
                     const char *folder, const char *base)
{
    l->at = mem_array(l->at, (size_t)l->n + 1, sizeof *l->at);
    need(l->at);
    struct test_case *c = &l->at[l->n++];
    *c = (struct test_case){0};
    c->name = mem_printf("%s/%s", folder, base);
    c->path = mem_printf("%s/%s/%s", data, folder, base);
    need(c->name);
    need(c->path);
    look_at_model(c);
}

static void add_folder(struct case_list *l, const char *data,
                       const char *folder)
{
    char *path = mem_printf("%s/%s", data, folder);
    need(path);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            add_case(l, data, folder, e->d_name);
    if (d)
        closedir(d);
    mem_free(path);
}

static int by_name(const void *a, const void *b)
{
    const struct test_case *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void free_case(struct test_case *c)
{
    for (int i = 0; i < c->n_types; i++)
        mem_free(c->types[i]);
    mem_free(c->types);
    mem_free(c->name);
    mem_free(c->path);
    mem_free(c->op);
}

/* All are looked at before some are left out: an operator's rarity does not
 * depend on what is asked for. */
static void leave_out(struct case_list *l, char *const *prefixes, int n)
{
    int kept = 0;
    for (int i = 0; i < l->n; i++) {
        if (is_wanted(l->at[i].name, prefixes, n))
            l->at[kept++] = l->at[i];
        else
            free_case(&l->at[i]);
    }
    l->n = kept;
}

void cases_find(struct case_list *out, const char *data,
                char *const *prefixes, int n_prefixes)
{
    static const char *const folders[] = {
        "node", "simple", "pytorch-operator", "pytorch-converted"};
    *out = (struct case_list){0};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        add_folder(out, data, folders[i]);
    if (!out->n) {
        fprintf(stderr, "conformance: there are no cases in %s; install "
                        "libonnx-testdata\n", data);
        exit(2);
    }
    qsort(out->at, (size_t)out->n, sizeof *out->at, by_name);
    name_ops(out);
    leave_out(out, prefixes, n_prefixes);
}

void cases_free(struct case_list *l)
{
    for (int i = 0; i < l->n; i++)
        free_case(&l->at[i]);
    mem_free(l->at);
}
