#include "onnx/functions.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "onnx/functions_parts.h"
#include "onnx/parts.h"
#include "onnx/wire.h"

enum {
    MAX_CALLS = 32,        /* a function in a function … */
    MAX_NODES = 1 << 18,   /* that all calls together make */
    MAX_BYTES = 512 << 20, /* of memory for them */
    /* Numbers of fields that the installed onnx.proto may not know. */
    NODE_OVERLOAD = 8,
    FUNCTION_DEFAULTS = 11,
    FUNCTION_OVERLOAD = 13,
};

int functions_say_short(struct expansion *x)
{
    return x->arena->limit && x->arena->total > x->arena->limit / 2
               ? err_set(x->err, PRUNE_E_INPUT,
                         "the model's functions are too large when they are "
                         "put in the place of their calls")
               : err_memory(x->err, "a model");
}

/* --- which function ---------------------------------------------------- */

/* A text among the unknown fields; its length stands before it, and
 * wire_check has seen only that the field is whole. */
static void unknown_text(const ProtobufCMessage *m, uint32_t tag,
                         const char **out, size_t *n)
{
    *out = "";
    *n = 0;
    for (unsigned i = 0; i < m->n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *u = &m->unknown_fields[i];
        size_t skip = 0;
        if (u->tag != tag || u->wire_type !=
                                 PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
            continue;
        while (skip < u->len && u->data[skip] & 0x80)
            skip++;
        skip += skip < u->len;
        *out = (const char *)u->data + skip;
        *n = u->len - skip;
    }
}

static char *key_of(struct arena *a, const char *domain, const char *name,
                    const ProtobufCMessage *m, uint32_t tag)
{
    const char *overload;
    size_t n;
    unknown_text(m, tag, &overload, &n);
    domain = onnx_text(domain);
    if (!strcmp(domain, "ai.onnx"))
        domain = "";
    size_t room = strlen(domain) + strlen(onnx_text(name)) + n + 3;
    char *key = arena_calloc(a, room, 1);
    if (!key)
        return NULL;
    int at = snprintf(key, room, "%s:%s:", domain, onnx_text(name));
    memcpy(key + at, overload, n);
    return key;
}

char *functions_key(struct arena *arena, const Onnx__FunctionProto *f)
{
    return key_of(arena, f->domain, f->name, &f->base, FUNCTION_OVERLOAD);
}

char *functions_key_of_node(struct arena *arena, const Onnx__NodeProto *n)
{
    return key_of(arena, n->domain, n->op_type, &n->base, NODE_OVERLOAD);
}

static int index_functions(struct expansion *x)
{
    const Onnx__ModelProto *m = x->model;
    for (size_t i = 0; i < m->n_functions; i++) {
        char *key = functions_key(x->arena, m->functions[i]);
        if (!key)
            return functions_short(x);
        if (names_get(&x->functions, key) < 0 &&
            names_put(&x->functions, key, (int)i))
            return functions_short(x);
    }
    return 0;
}

static int64_t version_of(Onnx__OperatorSetIdProto *const *list, size_t n)
{
    int64_t version = 0;
    for (size_t i = 0; i < n; i++)
        if (!*onnx_text(list[i]->domain) ||
            !strcmp(list[i]->domain, "ai.onnx"))
            version = list[i]->version;
    return version;
}

/* What the operators of its body mean must not change. */
static int fits(const struct expansion *x, const Onnx__FunctionProto *f)
{
    int64_t its = version_of(f->opset_import, f->n_opset_import);
    int64_t ours = version_of(x->model->opset_import,
                              x->model->n_opset_import);
    return !its || !ours || its == ours;
}

/* *out stays NULL when the node calls none. */
static int find_function(struct expansion *x, const Onnx__NodeProto *n,
                         const Onnx__FunctionProto **out)
{
    char *key = functions_key_of_node(x->arena, n);
    if (!key)
        return functions_short(x);
    int at = names_get(&x->functions, key);
    if (at < 0)
        return 0;
    const Onnx__FunctionProto *f = x->model->functions[at];
    if (fits(x, f)) {
        *out = f;
        x->called[at] = 1;
    } else {
        x->left++;
    }
    return 0;
}

/* --- names ------------------------------------------------------------- */

/* "stem/name" that nothing has yet. */
char *functions_fresh(struct expansion *x, const char *stem, const char *name)
{
    size_t room = strlen(stem) + strlen(name) + 24;
    char *s = arena_calloc(x->arena, room, 1);
    if (!s)
        return NULL;
    snprintf(s, room, "%s%s%s", stem, *stem && *name ? "/" : "", name);
    while (names_get(&x->used, s) >= 0)
        snprintf(s, room, "%s%s%s_%u", stem, *stem && *name ? "/" : "", name,
                 ++x->counter);
    return names_put(&x->used, s, 0) ? NULL : s;
}

static int bind(struct expansion *x, struct scope *s, const char *from,
                char *to)
{
    if (s->n == s->room) {
        size_t want = s->room ? 2 * s->room : 32;
        char **list = mem_array(s->list, want, sizeof *list);
        if (!list)
            return functions_short(x);
        s->list = list;
        s->room = want;
    }
    s->list[s->n] = to;
    return names_put(&s->names, from, (int)s->n++) ? functions_short(x) : 0;
}

int functions_rename(struct expansion *x, struct scope *s, char **name)
{
    const char *from = onnx_text(*name);
    if (!s || !*from)
        return 0;
    int at = names_get(&s->names, from);
    if (at >= 0) {
        *name = s->list[at];
        return 0;
    }
    char *fresh = functions_fresh(x, s->prefix, from);
    if (!fresh)
        return functions_short(x);
    *name = fresh;
    return bind(x, s, from, fresh);
}

static void scope_done(struct scope *s)
{
    names_done(&s->names);
    mem_free(s->list);
}

/* --- nodes ------------------------------------------------------------- */

struct node_list {
    Onnx__NodeProto **items;
    size_t n, room;
};

static int append(struct expansion *x, struct node_list *l,
                  Onnx__NodeProto *n)
{
    if (x->calls && ++x->nodes > MAX_NODES)
        return err_set(x->err, PRUNE_E_INPUT,
                       "the model's functions make more than %d nodes when "
                       "they are put in the place of their calls", MAX_NODES);
    if (l->n == l->room) {
        size_t want = l->room ? 2 * l->room : 64;
        void *p = mem_array(l->items, want, sizeof(Onnx__NodeProto *));
        if (!p)
            return functions_short(x);
        l->items = p;
        l->room = want;
    }
    l->items[l->n++] = n;
    return 0;
}

static int expand_list(struct expansion *x, struct scope *s,
                       Onnx__NodeProto *const *nodes, size_t n,
                       struct node_list *out);

static int bind_ends(struct expansion *x, struct scope *s)
{
    const Onnx__FunctionProto *f = s->function;
    const Onnx__NodeProto *c = s->call;
    int rc = 0;
    for (size_t i = 0; !rc && i < f->n_input; i++)
        if (names_get(&s->names, f->input[i]) < 0)
            rc = bind(x, s, f->input[i],
                      i < c->n_input ? c->input[i] : x->nothing);
    for (size_t i = 0; !rc && i < f->n_output && i < c->n_output; i++)
        if (*c->output[i] && names_get(&s->names, f->output[i]) < 0)
            rc = bind(x, s, f->output[i], c->output[i]);
    return rc;
}

static int identity(struct expansion *x, struct node_list *out, char *from,
                    char *to)
{
    Onnx__NodeProto *n = arena_calloc(x->arena, 1, sizeof *n);
    char **links = arena_calloc(x->arena, 2, sizeof *links);
    if (!n || !links)
        return functions_short(x);
    onnx__node_proto__init(n);
    n->op_type = (char *)(uintptr_t)"Identity";
    links[0] = from;
    links[1] = to;
    n->input = links;
    n->output = links + 1;
    n->n_input = n->n_output = 1;
    return append(x, out, n);
}

/* An input given out again, or one output given out twice, has one name in
 * the function and two outside. */
static int join_ends(struct expansion *x, struct scope *s,
                     struct node_list *out)
{
    const Onnx__NodeProto *c = s->call;
    int rc = 0;
    for (size_t i = 0; !rc && i < s->function->n_output && i < c->n_output;
         i++) {
        char *inside = s->function->output[i];
        if (!*c->output[i])
            continue;
        rc = functions_rename(x, s, &inside);
        if (!rc && strcmp(inside, c->output[i]))
            rc = identity(x, out, inside, c->output[i]);
    }
    return rc;
}

static int unpack_default(struct expansion *x, const uint8_t *bytes, size_t n,
                          Onnx__AttributeProto **out);

/* Defaults of attributes came with a later version of FunctionProto. */
static int read_defaults(struct expansion *x, struct scope *s)
{
    const ProtobufCMessage *m = &s->function->base;
    s->defaults = arena_calloc(x->arena, m->n_unknown_fields,
                               sizeof *s->defaults);
    if (!s->defaults)
        return functions_short(x);
    int rc = 0;
    for (unsigned i = 0; !rc && i < m->n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *u = &m->unknown_fields[i];
        if (u->tag != FUNCTION_DEFAULTS ||
            u->wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
            continue;
        size_t skip = 0;
        while (skip < u->len && u->data[skip] & 0x80)
            skip++;
        skip += skip < u->len;
        rc = unpack_default(x, u->data + skip, u->len - skip,
                            &s->defaults[s->n_defaults]);
        s->n_defaults += !rc;
    }
    return rc;
}

static void *take(void *arena, size_t size)
{
    return arena_calloc(arena, size, 1);
}

static void give(void *arena, void *p)
{
    (void)arena;
    (void)p; /* it goes with the arena */
}

static int unpack_default(struct expansion *x, const uint8_t *bytes, size_t n,
                          Onnx__AttributeProto **out)
{
    ProtobufCAllocator a = {.alloc = take, .free = give,
                            .allocator_data = x->arena};
    int rc = wire_check(&onnx__attribute_proto__descriptor, bytes, n, x->err);
    if (rc)
        return rc;
    *out = onnx__attribute_proto__unpack(&a, n, bytes);
    return *out ? 0 : functions_short(x);
}

static int check_call(struct expansion *x, const Onnx__FunctionProto *f,
                      const Onnx__NodeProto *c)
{
    if (c->n_input > f->n_input || c->n_output > f->n_output)
        return err_set(x->err, PRUNE_E_INPUT,
                       "node %s calls function %s with %zu inputs and %zu "
                       "outputs, which has %zu and %zu", onnx_text(c->name),
                       onnx_text(f->name), c->n_input, c->n_output,
                       f->n_input, f->n_output);
    if (x->calls >= MAX_CALLS)
        return err_set(x->err, PRUNE_E_INPUT,
                       "functions call each other more than %d deep (the "
                       "last one is %s)", MAX_CALLS, onnx_text(f->name));
    return 0;
}

/* What stands before the names of a call's body. A copy's name is nobody
 * else's already. */
static const char *prefix_of(struct expansion *x,
                             const Onnx__FunctionProto *f,
                             const Onnx__NodeProto *call,
                             const struct scope *around)
{
    const char *name = onnx_text(call->name);
    if (around && *name)
        return name;
    return functions_fresh(x, around ? around->prefix : "",
                           *name ? name : onnx_text(f->name));
}

/* `call` is already written with the names of where it stands. */
static int inline_call(struct expansion *x, const Onnx__FunctionProto *f,
                       const Onnx__NodeProto *call,
                       const struct scope *around, struct node_list *out)
{
    struct scope s = {.function = f, .call = call};
    int rc = check_call(x, f, call);
    if (rc)
        return rc;
    s.prefix = prefix_of(x, f, call, around);
    rc = s.prefix ? bind_ends(x, &s) : functions_short(x);
    if (!rc)
        rc = read_defaults(x, &s);
    x->calls++;
    if (!rc)
        rc = expand_list(x, &s, f->node, f->n_node, out);
    if (!rc)
        rc = join_ends(x, &s, out);
    x->calls--;
    scope_done(&s);
    return rc;
}

static int has_graphs(const Onnx__NodeProto *n)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->g || n->attribute[i]->n_graphs)
            return 1;
    return 0;
}

static int expand_node(struct expansion *x, struct scope *s,
                       Onnx__NodeProto *n, struct node_list *out)
{
    const Onnx__FunctionProto *f = NULL;
    int rc = find_function(x, n, &f);
    if (rc || (!s && !f && !has_graphs(n)))
        return rc ? rc : append(x, out, n);
    Onnx__NodeProto *copy = NULL;
    rc = functions_copy_node(x, s, n, &copy);
    if (rc)
        return rc;
    return f ? inline_call(x, f, copy, s, out) : append(x, out, copy);
}

static int expand_list(struct expansion *x, struct scope *s,
                       Onnx__NodeProto *const *nodes, size_t n,
                       struct node_list *out)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < n; i++)
        rc = expand_node(x, s, nodes[i], out);
    return rc;
}

int functions_expand_nodes(struct expansion *x, struct scope *s,
                           Onnx__GraphProto *g)
{
    struct node_list l = {0};
    int rc = expand_list(x, s, g->node, g->n_node, &l);
    if (!rc) {
        g->n_node = l.n;
        g->node = arena_calloc(x->arena, l.n, sizeof *g->node);
        if (!g->node)
            rc = functions_short(x);
        else if (l.n)
            memcpy(g->node, l.items, l.n * sizeof *g->node);
    }
    mem_free(l.items);
    return rc;
}

/* --- the model --------------------------------------------------------- */

static int use(struct expansion *x, const char *name)
{
    name = onnx_text(name);
    if (names_get(&x->used, name) >= 0)
        return 0;
    return names_put(&x->used, name, 0) ? functions_short(x) : 0;
}

/* wire_check has bounded the nesting. */
static int use_names(struct expansion *x, const Onnx__GraphProto *g)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < g->n_input; i++)
        rc = use(x, g->input[i]->name);
    for (size_t i = 0; !rc && i < g->n_initializer; i++)
        rc = use(x, g->initializer[i]->name);
    for (size_t i = 0; !rc && i < g->n_node; i++) {
        const Onnx__NodeProto *n = g->node[i];
        for (size_t k = 0; !rc && k < n->n_input; k++)
            rc = use(x, n->input[k]);
        for (size_t k = 0; !rc && k < n->n_output; k++)
            rc = use(x, n->output[k]);
        for (size_t k = 0; !rc && k < n->n_attribute; k++)
            if (n->attribute[k]->g)
                rc = use_names(x, n->attribute[k]->g);
    }
    return rc;
}

/* Domains that only functions import. */
static int add_imports(struct expansion *x, Onnx__ModelProto *m)
{
    size_t room = m->n_opset_import;
    for (size_t i = 0; i < m->n_functions; i++)
        room += x->called[i] ? m->functions[i]->n_opset_import : 0;
    Onnx__OperatorSetIdProto **list = arena_calloc(x->arena, room,
                                                   sizeof *list);
    struct names domains = {0};
    int bad = !list;
    size_t n = 0;
    for (size_t i = 0; !bad && i < m->n_opset_import; i++) {
        list[n++] = m->opset_import[i];
        bad = names_put(&domains, onnx_text(m->opset_import[i]->domain), 0);
    }
    for (size_t i = 0; !bad && i < m->n_functions; i++) {
        const Onnx__FunctionProto *f = m->functions[i];
        for (size_t k = 0; !bad && x->called[i] && k < f->n_opset_import; k++)
            if (names_get(&domains, onnx_text(f->opset_import[k]->domain)) <
                0) {
                list[n++] = f->opset_import[k];
                bad = names_put(&domains,
                                onnx_text(f->opset_import[k]->domain), 0);
            }
    }
    names_done(&domains);
    m->opset_import = list;
    m->n_opset_import = n;
    return bad ? functions_short(x) : 0;
}

static int expand(struct expansion *x, Onnx__ModelProto **out)
{
    Onnx__ModelProto *m = arena_calloc(x->arena, 1, sizeof *m);
    Onnx__GraphProto *g = arena_calloc(x->arena, 1, sizeof *g);
    x->called = arena_calloc(x->arena, x->model->n_functions, 1);
    if (!m || !g || !x->called)
        return functions_short(x);
    *m = *x->model;
    *g = *x->model->graph;
    m->graph = g;
    int rc = index_functions(x);
    if (!rc)
        rc = use_names(x, g);
    if (!rc)
        rc = functions_expand_nodes(x, NULL, g);
    if (!rc)
        rc = add_imports(x, m);
    if (!x->left)
        m->n_functions = 0;
    *out = m;
    return rc;
}

int functions_expand(Onnx__ModelProto **out, struct arena *arena,
                     Onnx__ModelProto *model, struct prune_error *err)
{
    struct expansion x = {.arena = arena, .model = model, .err = err};
    *out = model;
    if (!model->n_functions || !model->graph)
        return 0;
    x.nothing = arena_strdup(arena, "");
    arena->limit = MAX_BYTES;
    Onnx__ModelProto *made = NULL;
    int rc = x.nothing ? expand(&x, &made) : err_memory(err, "a model");
    names_done(&x.functions);
    names_done(&x.used);
    if (!rc)
        *out = made;
    return rc;
}
