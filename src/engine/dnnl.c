#include <dnnl_debug.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/dnnl_private.h"
#include "engine/host_step.h"
#include "engine/plain.h"

/* --- errors and queries ---------------------------------------------- */

int dn_fail(const struct prim *p, dnnl_status_t status,
            struct prune_error *err)
{
    if (status == dnnl_success)
        return 0;
    if (status == dnnl_out_of_memory)
        return err_memory(err, "kernels");
    return err_set(err, PRUNE_E_FAILED,
                   "%s (node %d): the kernel library says '%s'",
                   p != NULL ? p->kind->name : "layout",
                   p != NULL ? p->node : -1, dnnl_status2str(status));
}

const dnnl_memory_desc_t *dn_md(const_dnnl_primitive_desc_t pd,
                                dnnl_query_t what)
{
    return dnnl_primitive_desc_query_md(pd, what, 0);
}

static const char *kernel_name(const_dnnl_primitive_desc_t pd)
{
    const char *name = NULL;
    if (dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) !=
        dnnl_success)
        return "";
    return name;
}

int dn_attr(dnnl_primitive_attr_t *out, const struct prim *p, int n_posts)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_post_ops_t posts = NULL;
    dnnl_status_t s = dnnl_primitive_attr_create(&attr);
    if (s == dnnl_success)
        s = dnnl_primitive_attr_set_scratchpad_mode(
            attr, dnnl_scratchpad_mode_user);
    if (s == dnnl_success)
        s = dnnl_post_ops_create(&posts);
    for (int i = 0; i < n_posts && s == dnnl_success; i++) {
        struct dn_alg algs[2];
        if (p->posts[i].is_sum) {
            s = dnnl_post_ops_append_sum(posts, 1.0F);
            continue;
        }
        int n = dn_alg_of(&p->posts[i].eltwise, algs);
        for (int k = 0; k < n && s == dnnl_success; k++)
            s = dnnl_post_ops_append_eltwise(posts, 1.0F, algs[k].kind,
                                             algs[k].alpha, algs[k].beta);
    }
    if (s == dnnl_success)
        s = dnnl_primitive_attr_set_post_ops(attr, posts);
    if (posts != NULL)
        dnnl_post_ops_destroy(posts);
    if (s != dnnl_success) {
        if (attr != NULL)
            dnnl_primitive_attr_destroy(attr);
        return (int)s;
    }
    *out = attr;
    return 0;
}

int dn_accept(dnnl_primitive_desc_t *out, dnnl_primitive_desc_t pd,
              dnnl_status_t s, int allow_reference, const struct prim *p,
              struct prune_error *err)
{
    if (s == dnnl_unimplemented)
        return DN_PLAIN;
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    if (!allow_reference && strncmp(kernel_name(pd), "ref", 3) == 0) {
        dnnl_primitive_desc_destroy(pd);
        return DN_PLAIN;
    }
    *out = pd;
    return 0;
}

int dn_describe(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                const void *desc, dnnl_primitive_attr_t attr,
                int allow_reference, const struct prim *p,
                struct prune_error *err)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_primitive_desc_create(&pd, desc, attr,
                                                 c->backend->engine, NULL);
    dnnl_primitive_attr_destroy(attr);
    return dn_accept(out, pd, s, allow_reference, p, err);
}

int dn_describe_second(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                       const void *desc, dnnl_primitive_attr_t attr,
                       const struct prim *p, struct prune_error *err)
{
    dnnl_primitive_desc_iterator_t all = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t s = dnnl_primitive_desc_iterator_create(
        &all, desc, attr, c->backend->engine, NULL);
    dnnl_primitive_attr_destroy(attr);
    if (s == dnnl_success)
        s = dnnl_primitive_desc_iterator_next(all);
    if (s == dnnl_success) {
        pd = dnnl_primitive_desc_iterator_fetch(all);
        s = pd != NULL ? dnnl_success : dnnl_out_of_memory;
    }
    if (all != NULL)
        dnnl_primitive_desc_iterator_destroy(all);
    if (s == dnnl_iterator_ends)
        return DN_PLAIN;
    return dn_accept(out, pd, s, 0, p, err);
}

/* --- steps ----------------------------------------------------------- */

/* A primitive with its arguments' memory objects. */
struct exec {
    struct dn_backend *backend;
    dnnl_primitive_t primitive;
    int n;
    dnnl_exec_arg_t *args;
    int *buffers; /* DN_OWN, SCRATCH, or of the plan */
    void **own;
};

enum { SCRATCH = -2 };

static int exec_run(struct step *s, struct prune_error *err)
{
    struct exec *e = s->state;
    dnnl_status_t status = dnnl_primitive_execute(
        e->primitive, e->backend->stream, e->n, e->args);
    if (status == dnnl_success)
        return 0;
    return err_set(err, PRUNE_E_FAILED, "kernel %s (node %d): '%s'",
                   s->kernel, s->node, dnnl_status2str(status));
}

static int exec_bind(struct step *s, void *const *memory, void *scratch,
                     struct prune_error *err)
{
    struct exec *e = s->state;
    for (int i = 0; i < e->n; i++) {
        if (e->buffers[i] == DN_OWN)
            continue;
        void *at = e->buffers[i] == SCRATCH ? scratch
                                            : memory[e->buffers[i]];
        dnnl_status_t status =
            dnnl_memory_set_data_handle(e->args[i].memory, at);
        if (status != dnnl_success)
            return dn_fail(NULL, status, err);
    }
    return 0;
}

static void exec_free(struct step *s)
{
    struct exec *e = s->state;
    if (e->primitive != NULL)
        dnnl_primitive_destroy(e->primitive);
    for (int i = 0; i < e->n; i++) {
        if (e->args != NULL && e->args[i].memory != NULL)
            dnnl_memory_destroy(e->args[i].memory);
        if (e->own != NULL)
            mem_free(e->own[i]);
    }
    mem_free(e->args);
    mem_free(e->buffers);
    mem_free(e->own);
    mem_free(e);
}

/* Memory objects for n arguments and the scratchpad. Own memory has gone
 * over to `e` when it returns, also on failure. */
static dnnl_status_t exec_fill(struct exec *e, const struct dn_arg *args,
                               int n, const dnnl_memory_desc_t *scratch)
{
    dnnl_status_t status = dnnl_success;
    for (int i = 0; i < n; i++) {
        e->buffers[i] = args[i].buffer;
        e->own[i] = args[i].own.data;
        e->args[i].arg = args[i].arg;
    }
    e->buffers[n] = SCRATCH;
    e->args[n].arg = DNNL_ARG_SCRATCHPAD;
    for (int i = 0; i <= n && status == dnnl_success; i++)
        status = dnnl_memory_create(
            &e->args[i].memory, i < n ? args[i].md : scratch,
            e->backend->engine,
            e->buffers[i] == DN_OWN ? e->own[i] : DNNL_MEMORY_NONE);
    return status;
}

static int exec_new(struct exec **out, const struct dn_arg *args, int n,
                    struct prune_error *err)
{
    struct exec *e = mem_new(sizeof *e);
    size_t room = (size_t)n + 1;
    if (e != NULL) {
        e->n = n + 1;
        e->args = mem_calloc(room, sizeof *e->args);
        e->buffers = mem_calloc(room, sizeof *e->buffers);
        e->own = mem_calloc(room, sizeof *e->own);
    }
    if (e == NULL || e->args == NULL || e->buffers == NULL ||
        e->own == NULL) {
        for (int i = 0; i < n; i++)
            mem_free(args[i].own.data);
        if (e != NULL)
            exec_free(&(struct step){.state = e});
        (void)err_memory(err, "kernels");
        return PRUNE_E_MEMORY;
    }
    *out = e;
    return 0;
}

/* The step around a filled `exec`, which it takes over. */
static int append_exec(struct dn_compiler *c, struct step s,
                       const struct dn_arg *args, int n, int out,
                       struct prune_error *err)
{
    int *in = mem_calloc((size_t)n, sizeof *in);
    if (in == NULL) {
        exec_free(&s);
        return err_memory(err, "kernels");
    }
    for (int i = 0; i < n; i++) {
        in[i] = args[i].buffer >= 0 ? args[i].buffer : -1;
        s.weight_size += args[i].own.size;
    }
    int code = plan_step(c->plan, s, in, n, out, err);
    mem_free(in);
    return code;
}

int dn_emit(struct dn_compiler *c, dnnl_primitive_desc_t pd, int node,
            int kernel, const struct dn_arg *args, int n_args, int out,
            struct prune_error *err)
{
    struct exec *e = NULL;
    int code = exec_new(&e, args, n_args, err);
    if (code != 0) {
        dnnl_primitive_desc_destroy(pd);
        return code;
    }
    e->backend = c->backend;
    struct step s = {
        .run = exec_run,
        .bind = exec_bind,
        .free = exec_free,
        .state = e,
        .node = node,
    };
    if (kernel)
        snprintf(s.kernel, sizeof s.kernel, "dnnl:%s", kernel_name(pd));
    const dnnl_memory_desc_t *scratch = dn_md(pd, dnnl_query_scratchpad_md);
    s.scratch_size = dnnl_memory_desc_get_size(scratch);
    dnnl_status_t status = exec_fill(e, args, n_args, scratch);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&e->primitive, pd);
    dnnl_primitive_desc_destroy(pd);
    if (status != dnnl_success) {
        exec_free(&s);
        return dn_fail(NULL, status, err);
    }
    return append_exec(c, s, args, n_args, out, err);
}

/* --- descriptors ----------------------------------------------------- */

const struct shape *dn_shape(const struct dn_compiler *c, int slot)
{
    return &c->program->slots[slot].shape;
}

int dn_row_major_to(dnnl_memory_desc_t *md, const struct shape *s, int rank)
{
    dnnl_dims_t dims = {0}, strides = {0};
    int64_t step = 1;
    rank = rank > 0 ? rank : 1;
    for (int i = rank - 1; i >= 0; i--) {
        int from = i - (rank - s->rank);
        dims[i] = from >= 0 ? s->dims[from] : 1;
        strides[i] = step;
        step *= dims[i];
    }
    return (int)dnnl_memory_desc_init_by_strides(md, rank, dims, dnnl_f32,
                                                 strides);
}

int dn_row_major(dnnl_memory_desc_t *md, const struct shape *s)
{
    return dn_row_major_to(md, s, s->rank);
}

int dn_any(dnnl_memory_desc_t *md, const struct shape *s)
{
    dnnl_dims_t dims = {1};
    for (int i = 0; i < s->rank; i++)
        dims[i] = s->dims[i];
    return (int)dnnl_memory_desc_init_by_tag(
        md, s->rank > 0 ? s->rank : 1, dims, dnnl_f32, dnnl_format_tag_any);
}

/* --- slots and their layouts ----------------------------------------- */

static int root_of(const struct dn_compiler *c, int slot)
{
    while (c->view_of[slot] >= 0)
        slot = c->view_of[slot];
    return slot;
}

int dn_same_root(const struct dn_compiler *c, int a, int b)
{
    return root_of(c, a) == root_of(c, b);
}

int dn_define(struct dn_compiler *c, int slot, const dnnl_memory_desc_t *md,
              int buffer, struct prune_error *err)
{
    struct dn_rep *r = arena_calloc(&c->arena, 1, sizeof *r);
    if (r == NULL)
        return err_memory(err, "plan");
    r->md = *md;
    r->buffer = buffer;
    struct dn_rep **end = &c->reps[slot];
    while (*end != NULL)
        end = &(*end)->next;
    *end = r;
    return 0;
}

/* The layouts of what `slot` is a view of, seen under its shape. */
static int native_of_view(struct dn_compiler *c, int slot,
                          struct prune_error *err)
{
    struct dn_rep *source = NULL;
    int from = c->view_of[slot], buffer = -1;
    dnnl_memory_desc_t want, seen;
    int code = dn_native(c, from, &source, err);
    if (code != 0)
        return code;
    if (dn_row_major(&want, dn_shape(c, slot)) != 0)
        return dn_fail(NULL, dnnl_invalid_arguments, err);
    for (; source != NULL; source = source->next)
        if (dnnl_memory_desc_reshape(&seen, &source->md, want.ndims,
                                     want.dims) == dnnl_success) {
            code = dn_define(c, slot, &seen, source->buffer, err);
            if (code != 0)
                return code;
        }
    if (c->reps[slot] != NULL)
        return 0;
    code = dn_want_row_major(c, from, &buffer, err);
    return code == 0 ? dn_define(c, slot, &want, buffer, err) : code;
}

static int native_of_constant(struct dn_compiler *c, int slot,
                              struct prune_error *err)
{
    const struct tensor *t = c->program->slots[slot].constant;
    dnnl_memory_desc_t md;
    if (dn_row_major(&md, &t->shape) != 0)
        return dn_fail(NULL, dnnl_invalid_arguments, err);
    int buffer = plan_fixed(c->plan, t->data, t->size, err);
    return buffer < 0 ? buffer : dn_define(c, slot, &md, buffer, err);
}

int dn_native(struct dn_compiler *c, int slot, struct dn_rep **out,
              struct prune_error *err)
{
    int code = 0;
    if (c->reps[slot] == NULL && c->program->slots[slot].constant != NULL)
        code = native_of_constant(c, slot, err);
    else if (c->reps[slot] == NULL)
        code = native_of_view(c, slot, err);
    if (code == 0 && c->reps[slot] == NULL)
        return PRUNE_E_FAILED; /* it was read before it was written */
    if (code == 0)
        *out = c->reps[slot];
    return code;
}

int dn_has(struct dn_compiler *c, int slot, const dnnl_memory_desc_t *md)
{
    for (const struct dn_rep *r = c->reps[slot]; r != NULL; r = r->next)
        if (dnnl_memory_desc_equal(&r->md, md))
            return 1;
    return 0;
}

int dn_buffer(struct dn_compiler *c, const dnnl_memory_desc_t *md,
              struct prune_error *err)
{
    return plan_buffer(c->plan, dnnl_memory_desc_get_size(md), err);
}

int dn_describe_reorder(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                        const dnnl_memory_desc_t *from,
                        const dnnl_memory_desc_t *to,
                        struct prune_error *err)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(NULL, s, err);
    s = dnnl_reorder_primitive_desc_create(out, from, c->backend->engine, to,
                                           c->backend->engine, attr);
    dnnl_primitive_attr_destroy(attr);
    return dn_fail(NULL, s, err);
}

int dn_reorder(struct dn_compiler *c, const dnnl_memory_desc_t *from,
               int buffer, const dnnl_memory_desc_t *md, int to,
               struct prune_error *err)
{
    dnnl_primitive_desc_t pd = NULL;
    int code = dn_describe_reorder(c, &pd, from, md, err);
    if (code != 0)
        return code;
    struct dn_arg args[] = {
        {.arg = DNNL_ARG_FROM, .md = from, .buffer = buffer},
        {.arg = DNNL_ARG_TO, .md = md, .buffer = to},
    };
    return dn_emit(c, pd, -1, 0, args, 2, to, err);
}

int dn_copy(struct dn_compiler *c, const dnnl_memory_desc_t *md, int from,
            int to, struct prune_error *err)
{
    return plain_copy(c->plan, from, to, dnnl_memory_desc_get_size(md), err);
}

int dn_want(struct dn_compiler *c, int slot, const dnnl_memory_desc_t *md,
            int *buffer, struct prune_error *err)
{
    struct dn_rep *native = NULL;
    int code = dn_native(c, slot, &native, err);
    if (native == NULL)
        return code != 0 ? code : PRUNE_E_FAILED;
    for (struct dn_rep *r = native; r != NULL; r = r->next)
        if (dnnl_memory_desc_equal(&r->md, md)) {
            *buffer = r->buffer;
            return 0;
        }
    int to = dn_buffer(c, md, err);
    code = to < 0 ? to
                  : dn_reorder(c, &native->md, native->buffer, md, to, err);
    if (code == 0)
        code = dn_define(c, slot, md, to, err);
    if (code == 0)
        *buffer = to;
    return code;
}

int dn_want_row_major(struct dn_compiler *c, int slot, int *buffer,
                      struct prune_error *err)
{
    dnnl_memory_desc_t md;
    if (dn_row_major(&md, dn_shape(c, slot)) != 0)
        return dn_fail(NULL, dnnl_invalid_arguments, err);
    return dn_want(c, slot, &md, buffer, err);
}

int dn_is_last_read(const struct dn_compiler *c, int slot, int buffer)
{
    const struct buffer *b = &c->plan->buffers[buffer];
    return b->fixed == NULL && b->input < 0 &&
           c->last_read[root_of(c, slot)] <= c->at;
}

/* --- outputs, summed into or new ------------------------------------- */

/* The slot that the first n posts add, or -1. */
static int summed_slot(const struct prim *p, int n)
{
    for (int i = 0; i < n; i++)
        if (p->posts[i].is_sum)
            return p->posts[i].slot;
    return -1;
}

/* A buffer that holds the slot in that layout and may be written over. */
static int own_copy(struct dn_compiler *c, int slot, int reader,
                    const dnnl_memory_desc_t *md, int *out,
                    struct prune_error *err)
{
    int at = -1;
    int code = dn_want(c, slot, md, &at, err);
    if (code != 0)
        return code;
    if (dn_is_last_read(c, slot, at) && !dn_same_root(c, slot, reader)) {
        *out = at;
        return 0;
    }
    *out = dn_buffer(c, md, err);
    return *out < 0 ? *out : dn_copy(c, md, at, *out, err);
}

int dn_output(struct dn_compiler *c, const struct prim *p, int fused,
              int reader, const dnnl_memory_desc_t *md, int *out,
              struct prune_error *err)
{
    int slot = summed_slot(p, fused);
    if (slot >= 0)
        return own_copy(c, slot, reader, md, out, err);
    *out = dn_buffer(c, md, err);
    return *out < 0 ? *out : 0;
}

/* --- weights --------------------------------------------------------- */

/* Runs one reorder now. */
static dnnl_status_t repack(struct dn_backend *b,
                            const dnnl_memory_desc_t *from, const void *data,
                            const dnnl_memory_desc_t *to, void *out)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_memory_t in = NULL, result = NULL;
    dnnl_status_t s = dnnl_reorder_primitive_desc_create(
        &pd, from, b->engine, to, b->engine, NULL);
    if (s == dnnl_success)
        s = dnnl_primitive_create(&primitive, pd);
    /* The library reads `in` only; its interface has no const. */
    if (s == dnnl_success)
        s = dnnl_memory_create(&in, from, b->engine,
                               (void *)data);
    if (s == dnnl_success)
        s = dnnl_memory_create(&result, to, b->engine, out);
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, in}, {DNNL_ARG_TO, result}};
    if (s == dnnl_success)
        s = dnnl_primitive_execute(primitive, b->stream, 2, args);
    if (result != NULL)
        dnnl_memory_destroy(result);
    if (in != NULL)
        dnnl_memory_destroy(in);
    if (primitive != NULL)
        dnnl_primitive_destroy(primitive);
    if (pd != NULL)
        dnnl_primitive_desc_destroy(pd);
    return s;
}

int dn_weights(struct dn_compiler *c, struct dn_arg *arg, int which,
               int slot, const dnnl_memory_desc_t *from,
               const dnnl_memory_desc_t *to, struct prune_error *err)
{
    const struct tensor *t = c->program->slots[slot].constant;
    struct dn_arg a = {.arg = which, .md = to, .buffer = DN_OWN};
    if (dnnl_memory_desc_equal(from, to)) {
        struct dn_rep *rep = NULL;
        int code = dn_native(c, slot, &rep, err);
        if (code != 0)
            return code;
        a.buffer = rep->buffer;
        *arg = a;
        return 0;
    }
    a.own.size = dnnl_memory_desc_get_size(to);
    a.own.data = mem_aligned(a.own.size, 1);
    if (a.own.data == NULL)
        return err_memory(err, "weights");
    dnnl_status_t s = repack(c->backend, from, t->data, to, a.own.data);
    if (s != dnnl_success) {
        mem_free(a.own.data);
        return dn_fail(NULL, s, err);
    }
    *arg = a;
    return 0;
}

/* --- a whole program ------------------------------------------------- */

static const struct {
    const struct prim_kind *kind;
    dn_compile_f *compile;
} rows[] = {
    {&prim_conv, dn_conv},         {&prim_matmul, dn_matmul},
    {&prim_pool, dn_pool},         {&prim_eltwise, dn_eltwise},
    {&prim_binary, dn_binary},     {&prim_affine, dn_affine},
    {&prim_softmax, dn_softmax},   {&prim_reduce, dn_reduce},
    {&prim_concat, dn_concat},     {&prim_transpose, dn_transpose},
    {&prim_slice, dn_slice},       {&prim_layernorm, dn_own},
    {&prim_attention, dn_own},     {&prim_rnn, dn_own},
    {&prim_deconv, dn_deconv},
};

/* By the operator's own kernel; what it makes is row-major. Slots of other
 * types than float32 are described as if they were of that type, which is
 * sound because nothing but such kernels and views ever touches them. */
static int compile_host(struct dn_compiler *c, const struct prim *p,
                        const int *in, struct prune_error *err)
{
    int *buffers = mem_calloc((size_t)c->program->n_slots, sizeof *buffers);
    if (buffers == NULL)
        return err_memory(err, "plan");
    int code = host_step(c->plan, c->program, p, in, buffers, err);
    for (int i = 0; i <= p->n_more && code == 0; i++) {
        int slot = i == 0 ? p->out : p->more[i - 1];
        dnnl_memory_desc_t md;
        if (slot < 0)
            continue;
        if (dn_row_major(&md, dn_shape(c, slot)) != 0)
            code = dn_fail(p, dnnl_invalid_arguments, err);
        else
            code = dn_define(c, slot, &md, buffers[slot], err);
    }
    mem_free(buffers);
    return code;
}

/* In plain C over row-major copies. */
static int compile_plain(struct dn_compiler *c, const struct prim *p,
                         struct prune_error *err)
{
    dnnl_memory_desc_t md;
    int code = 0;
    int *in = mem_calloc((size_t)p->n_in, sizeof *in);
    if (in == NULL)
        return err_memory(err, "plan");
    for (int i = 0; i < p->n_in && code == 0; i++) {
        in[i] = -1;
        if (p->in[i] >= 0)
            code = dn_want_row_major(c, p->in[i], &in[i], err);
    }
    if (p->kind == &prim_host) {
        code = code == 0 ? compile_host(c, p, in, err) : code;
        mem_free(in);
        return code;
    }
    int out = -1;
    if (code == 0 && dn_row_major(&md, dn_shape(c, p->out)) != 0)
        code = dn_fail(p, dnnl_invalid_arguments, err);
    if (code == 0) {
        out = dn_buffer(c, &md, err);
        code = out < 0 ? out
                       : plain_step(c->plan, c->program, p, in, out, err);
    }
    if (code == 0)
        code = dn_define(c, p->out, &md, out, err);
    mem_free(in);
    return code;
}

/* out += the slot, in place, as a step of its own. */
static int add_sum(struct dn_compiler *c, const struct prim *p, int slot,
                   struct prune_error *err)
{
    const struct dn_rep *out = c->reps[p->out];
    dnnl_binary_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t pd = NULL;
    int other = -1;
    int code = dn_want(c, slot, &out->md, &other, err);
    if (code != 0)
        return code;
    dnnl_status_t s = dnnl_binary_desc_init(&desc, dnnl_binary_add, &out->md,
                                            &out->md, &out->md);
    if (s == dnnl_success)
        s = (dnnl_status_t)dn_attr(&attr, NULL, 0);
    if (s != dnnl_success)
        return dn_fail(p, s, err);
    code = dn_describe(c, &pd, &desc, attr, 1, p, err);
    if (code != 0)
        return code == DN_PLAIN ? dn_fail(p, dnnl_unimplemented, err) : code;
    struct dn_arg args[] = {
        {.arg = DNNL_ARG_SRC_0, .md = &out->md, .buffer = out->buffer},
        {.arg = DNNL_ARG_SRC_1, .md = &out->md, .buffer = other},
        {.arg = DNNL_ARG_DST, .md = &out->md, .buffer = out->buffer},
    };
    return dn_emit(c, pd, p->node, 1, args, 3, out->buffer, err);
}

/* A post that did not find room within its primitive. */
static int add_post(struct dn_compiler *c, const struct prim *p,
                    const struct post *post, struct prune_error *err)
{
    if (post->is_sum)
        return add_sum(c, p, post->slot, err);
    const struct dn_rep *out = c->reps[p->out];
    return dn_apply(c, p, &post->eltwise, &out->md, out->buffer, out->buffer,
                    err);
}

/* The library dislikes tensors without elements. */
static int is_empty(const struct dn_compiler *c, const struct prim *p)
{
    int empty = shape_numel(dn_shape(c, p->out)) == 0;
    for (int i = 0; i < p->n_in; i++)
        empty |= p->in[i] >= 0 && shape_numel(dn_shape(c, p->in[i])) == 0;
    return empty;
}

static int compile_prim(struct dn_compiler *c, const struct prim *p,
                        struct prune_error *err)
{
    int code = DN_PLAIN, fused = 0;
    if (p->kind == &prim_view)
        return 0; /* found by dn_native when somebody reads it */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == p->kind && !is_empty(c, p))
            code = rows[i].compile(c, p, &fused, err);
    if (code == DN_PLAIN) {
        fused = 0;
        code = compile_plain(c, p, err);
    }
    for (int i = fused; i < p->n_posts && code == 0; i++)
        code = add_post(c, p, &p->posts[i], err);
    return code;
}

/* Which slots are views, and who reads each root slot last. */
static void find_last_reads(struct dn_compiler *c)
{
    const struct program *p = c->program;
    for (int i = 0; i < p->n_slots; i++)
        c->view_of[i] = c->last_read[i] = -1;
    for (int i = 0; i < p->n_prims; i++) {
        const struct prim *prim = &p->prims[i];
        if (prim->kind == &prim_view) {
            c->view_of[prim->out] = prim->in[0];
            continue;
        }
        for (int k = 0; k < prim->n_in; k++)
            if (prim->in[k] >= 0)
                c->last_read[root_of(c, prim->in[k])] = i;
        for (int k = 0; k < prim->n_posts; k++)
            if (prim->posts[k].is_sum)
                c->last_read[root_of(c, prim->posts[k].slot)] = i;
    }
    for (int i = 0; i < p->n_outputs; i++)
        if (p->outputs[i] >= 0)
            c->last_read[root_of(c, p->outputs[i])] = INT_MAX;
    for (int i = 0; i < p->n_taps; i++)
        c->last_read[root_of(c, p->taps[i])] = INT_MAX;
}

static int define_inputs(struct dn_compiler *c, struct prune_error *err)
{
    const struct program *p = c->program;
    for (int i = 0; i < p->n_inputs; i++) {
        int slot = p->inputs[i];
        dnnl_memory_desc_t md;
        if (slot < 0)
            continue;
        if (dn_row_major(&md, dn_shape(c, slot)) != 0)
            return dn_fail(NULL, dnnl_invalid_arguments, err);
        int buffer = plan_input(c->plan, i, plain_size(&p->slots[slot]),
                                err);
        int code = buffer < 0 ? buffer : dn_define(c, slot, &md, buffer, err);
        if (code != 0)
            return code;
    }
    return 0;
}

/* Row-major results that outlive the run; inputs need not, so they are
 * copied. */
static int keep_results(struct dn_compiler *c, const int *slots, int n,
                        int *results, struct prune_error *err)
{
    for (int i = 0; i < n; i++) {
        results[i] = -1;
        if (slots[i] < 0)
            continue;
        int code = dn_want_row_major(c, slots[i], &results[i], err);
        if (code == 0 && c->plan->buffers[results[i]].input >= 0) {
            size_t size = plain_size(&c->program->slots[slots[i]]);
            int from = results[i];
            results[i] = plan_buffer(c->plan, size, err);
            code = results[i] < 0
                       ? results[i]
                       : plain_copy(c->plan, from, results[i], size, err);
        }
        if (code != 0)
            return code;
        plan_keep_to_end(c->plan, results[i]);
    }
    return 0;
}

static int compile(struct dn_compiler *c, struct prune_error *err)
{
    const struct program *p = c->program;
    int code = define_inputs(c, err);
    for (c->at = 0; c->at < p->n_prims && code == 0; c->at++)
        code = compile_prim(c, &p->prims[c->at], err);
    if (code == 0)
        code = keep_results(c, p->outputs, p->n_outputs, c->plan->outputs,
                            err);
    if (code == 0)
        code = keep_results(c, p->taps, p->n_taps, c->plan->taps, err);
    return code;
}

static void backend_free(void *backend)
{
    struct dn_backend *b = backend;
    if (b->stream != NULL)
        dnnl_stream_destroy(b->stream);
    if (b->engine != NULL)
        dnnl_engine_destroy(b->engine);
    mem_free(b);
}

static int backend_new(struct plan *plan, struct prune_error *err)
{
    struct dn_backend *b = mem_new(sizeof *b);
    if (b == NULL)
        return err_memory(err, "kernels");
    plan->backend = b;
    plan->backend_free = backend_free;
    dnnl_status_t s = dnnl_engine_create(&b->engine, dnnl_cpu, 0);
    if (s == dnnl_success)
        s = dnnl_stream_create(&b->stream, b->engine,
                               dnnl_stream_default_flags);
    return dn_fail(NULL, s, err);
}

int onednn_compile(struct plan *plan, const struct program *p,
                   enum onednn_policy policy,
                   struct prune_error *err)
{
    size_t n = (size_t)p->n_slots;
    int code = backend_new(plan, err);
    if (code != 0)
        return code;
    struct dn_compiler c = {
        .plan = plan,
        .program = p,
        .policy = policy,
        .backend = plan->backend,
        .reps = mem_calloc(n, sizeof(struct dn_rep *)),
        .view_of = mem_calloc(n, sizeof(int)),
        .last_read = mem_calloc(n, sizeof(int)),
    };
    if (c.reps == NULL || c.view_of == NULL || c.last_read == NULL) {
        code = err_memory(err, "plan");
    } else {
        find_last_reads(&c);
        code = compile(&c, err);
    }
    mem_free(c.reps);
    mem_free(c.view_of);
    mem_free(c.last_read);
    arena_done(&c.arena);
    return code;
}
