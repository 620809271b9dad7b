#include <omp.h>
#include <stdio.h>

#include "base/alloc.h"
#include "engine/dnnl_private.h"
#include "engine/own.h"

/* Steps that run our own kernels over row-major buffers. */

struct own {
    const struct own_kernel *kernel;
    const struct program *program;
    struct prim prim;
    const float **in;
    float *packed;
    struct own_call call;
};

static int own_run(struct step *s, struct prune_error *err)
{
    struct own *o = s->state;
    (void)err;
    o->kernel->run(&o->call);
    return 0;
}

static int own_bind(struct step *s, void *const *memory, void *scratch,
                    struct prune_error *err)
{
    struct own *o = s->state;
    (void)err;
    for (int i = 0; i < s->n_in; i++)
        o->in[i] = s->in[i] < 0 ? NULL : memory[s->in[i]];
    o->call.out = memory[s->out];
    o->call.scratch = scratch;
    return 0;
}

static void own_free(struct step *s)
{
    struct own *o = s->state;
    mem_free(o->in);
    mem_free(o->packed);
    mem_free(o);
}

/* The step's state, with constants packed; freed by own_free. */
static int own_new(struct own **out, struct dn_compiler *c,
                   const struct prim *p, const struct own_kernel *k,
                   size_t *packed, struct prune_error *err)
{
    const struct slot *slots = c->program->slots;
    struct own *o = mem_new(sizeof *o);
    if (o == NULL)
        return err_memory(err, "kernels");
    *packed = 0;
    *o = (struct own){.kernel = k, .program = c->program, .prim = *p};
    o->in = mem_calloc((size_t)p->n_in, sizeof *o->in);
    if (k->packed != NULL) {
        *packed = (size_t)k->packed(p, slots, 1) * sizeof(float);
        o->packed = mem_aligned(*packed, 1);
    }
    if (o->in == NULL || (k->packed != NULL && o->packed == NULL)) {
        own_free(&(struct step){.state = o});
        return err_memory(err, "kernels");
    }
    if (k->packed != NULL)
        k->pack(p, slots, o->packed);
    o->call = (struct own_call){.prim = &o->prim,
                                .slots = slots,
                                .in = o->in,
                                .packed = o->packed,
                                .threads = omp_get_max_threads()};
    *out = o;
    return 0;
}

static int own_step(struct dn_compiler *c, const struct prim *p,
                    const struct own_kernel *k, const int *in, int out,
                    struct prune_error *err)
{
    struct own *o = NULL;
    struct step s = {.run = own_run, .bind = own_bind, .free = own_free,
                     .node = p->node};
    int code = own_new(&o, c, p, k, &s.weight_size, err);
    if (code != 0)
        return code;
    s.state = o;
    if (k->scratch != NULL)
        s.scratch_size = (size_t)k->scratch(p, c->program->slots,
                                            o->call.threads) *
                         sizeof(float);
    snprintf(s.kernel, sizeof s.kernel, "own:%s_%s", own_level(),
             p->kind->name);
    return plan_step(c->plan, s, in, p->n_in, out, err);
}

static int own_buffers(struct dn_compiler *c, const struct prim *p,
                       const struct own_kernel *k, int *in, int *out,
                       dnnl_memory_desc_t *md, struct prune_error *err)
{
    int code = 0;
    for (int i = 0; i < p->n_in && code == 0; i++) {
        in[i] = -1;
        if (p->in[i] >= 0)
            code = dn_want_row_major(c, p->in[i], &in[i], err);
    }
    if (code == 0 && dn_row_major(md, dn_shape(c, p->out)) != 0)
        code = dn_fail(p, dnnl_invalid_arguments, err);
    if (code != 0)
        return code;
    int alone = k->in_place && dn_is_last_read(c, p->in[0], in[0]);
    for (int i = 1; i < p->n_in; i++)
        alone &= p->in[i] < 0 || !dn_same_root(c, p->in[0], p->in[i]);
    *out = alone ? in[0] : dn_buffer(c, md, err);
    return *out < 0 ? *out : 0;
}

int dn_own(struct dn_compiler *c, const struct prim *p, int *fused,
           struct prune_error *err)
{
    const struct own_kernel *k = own_find(p, c->program->slots);
    dnnl_memory_desc_t md;
    int out = -1;
    *fused = 0;
    if (k == NULL)
        return DN_PLAIN;
    int *in = mem_calloc((size_t)p->n_in, sizeof *in);
    if (in == NULL)
        return err_memory(err, "plan");
    int code = own_buffers(c, p, k, in, &out, &md, err);
    if (code == 0)
        code = own_step(c, p, k, in, out, err);
    mem_free(in);
    return code == 0 ? dn_define(c, p->out, &md, out, err) : code;
}

/* --- functions in place, in any layout ------------------------------- */

struct mapped {
    struct prim_eltwise eltwise;
    const float *from;
    float *to;
    int64_t n;
};

static int map_run(struct step *s, struct prune_error *err)
{
    struct mapped *m = s->state;
    (void)err;
    own_map()(&m->eltwise, m->from, m->to, m->n);
    return 0;
}

static int map_bind(struct step *s, void *const *memory, void *scratch,
                    struct prune_error *err)
{
    struct mapped *m = s->state;
    (void)scratch;
    (void)err;
    m->from = memory[s->in[0]];
    m->to = memory[s->out];
    return 0;
}

static void map_free(struct step *s)
{
    mem_free(s->state);
}

/* Places that pad blocks must stay zero. */
static int is_padded(const dnnl_memory_desc_t *md)
{
    for (int i = 0; i < md->ndims; i++)
        if (md->padded_dims[i] != md->dims[i])
            return 1;
    return 0;
}

int dn_map(struct dn_compiler *c, const struct prim *p,
           const struct prim_eltwise *e, const dnnl_memory_desc_t *md,
           int from, int to, struct prune_error *err)
{
    if (!own_maps(e) || is_padded(md))
        return DN_PLAIN;
    struct mapped *m = mem_new(sizeof *m);
    if (m == NULL)
        return err_memory(err, "kernels");
    m->eltwise = *e;
    m->n = (int64_t)(dnnl_memory_desc_get_size(md) / sizeof(float));
    struct step s = {.run = map_run, .bind = map_bind, .free = map_free,
                     .state = m, .node = p->node};
    snprintf(s.kernel, sizeof s.kernel, "own:%s_map", own_level());
    return plan_step(c->plan, s, &from, 1, to, err);
}

/* --- scale and shift by channel, in the layout at hand --------------- */

struct scaled {
    struct own_affine affine;
    float *numbers; /* scales, then shifts; zeros for filling */
    const float *from;
    float *to;
};

static int affine_run(struct step *s, struct prune_error *err)
{
    struct scaled *a = s->state;
    (void)err;
    own_affine()(&a->affine, a->from, a->to);
    return 0;
}

static int affine_bind(struct step *s, void *const *memory, void *scratch,
                       struct prune_error *err)
{
    struct scaled *a = s->state;
    (void)scratch;
    (void)err;
    a->from = memory[s->in[0]];
    a->to = memory[s->out];
    return 0;
}

static void affine_free(struct step *s)
{
    struct scaled *a = s->state;
    mem_free(a->numbers);
    mem_free(a);
}

static int is_tag(const dnnl_memory_desc_t *md, dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t other;
    return dnnl_memory_desc_init_by_tag(&other, md->ndims, md->dims,
                                        dnnl_f32, tag) == dnnl_success &&
           dnnl_memory_desc_equal(md, &other);
}

/* How channels lie; 0: in some other way. */
static int affine_layout(struct own_affine *a, const dnnl_memory_desc_t *md)
{
    static const dnnl_format_tag_t first[] = {
        [2] = dnnl_nc, [3] = dnnl_ncw, [4] = dnnl_nchw, [5] = dnnl_ncdhw};
    static const dnnl_format_tag_t last[] = {
        [2] = dnnl_nc, [3] = dnnl_nwc, [4] = dnnl_nhwc, [5] = dnnl_ndhwc};
    static const dnnl_format_tag_t blocked[] = {
        [3] = dnnl_nCw16c, [4] = dnnl_nChw16c, [5] = dnnl_nCdhw16c};
    int64_t n = md->dims[0], c = md->dims[1], space = 1;
    for (int i = 2; i < md->ndims; i++)
        space *= md->dims[i];
    *a = (struct own_affine){.outer = n, .blocks = 1, .inner = space};
    if (is_tag(md, last[md->ndims])) {
        a->run = c;
    } else if (md->ndims > 2 && is_tag(md, blocked[md->ndims])) {
        a->run = 16;
        a->blocks = md->padded_dims[1] / 16;
    } else if (is_tag(md, first[md->ndims])) {
        a->run = 1;
        a->blocks = c;
    } else {
        return 0;
    }
    if (a->blocks == 1 && a->run > 1) { /* one row for each place */
        a->outer *= a->inner;
        a->inner = 1;
    }
    return 1;
}

static int affine_new(struct scaled **out, const struct dn_compiler *c,
                      const struct prim *p, const struct own_affine *layout,
                      int relu, struct prune_error *err)
{
    const struct tensor *scale = c->program->slots[p->in[1]].constant;
    const struct tensor *shift = c->program->slots[p->in[2]].constant;
    int64_t room = layout->blocks * layout->run;
    struct scaled *a = mem_new(sizeof *a);
    if (a == NULL)
        return err_memory(err, "kernels");
    a->affine = *layout;
    a->affine.relu = relu;
    a->numbers = mem_aligned((size_t)room * 2, sizeof(float));
    if (a->numbers == NULL) {
        mem_free(a);
        return err_memory(err, "kernels");
    }
    for (int64_t i = 0; i < room; i++) {
        int there = i < tensor_numel(scale);
        a->numbers[i] = there ? tensor_f32(scale)[i] : 0.0F;
        a->numbers[room + i] = there ? tensor_f32(shift)[i] : 0.0F;
    }
    a->affine.scale = a->numbers;
    a->affine.shift = a->numbers + room;
    *out = a;
    return 0;
}

int dn_scale(struct dn_compiler *c, const struct prim *p,
             const dnnl_memory_desc_t *md, int from, int to, int relu,
             struct prune_error *err)
{
    struct own_affine layout;
    struct scaled *a = NULL;
    if (c->program->slots[p->in[1]].constant == NULL ||
        c->program->slots[p->in[2]].constant == NULL ||
        !affine_layout(&layout, md))
        return DN_PLAIN;
    int code = affine_new(&a, c, p, &layout, relu, err);
    if (code != 0)
        return code;
    struct step s = {.run = affine_run, .bind = affine_bind,
                     .free = affine_free, .state = a, .node = p->node};
    snprintf(s.kernel, sizeof s.kernel, "own:%s_affine", own_level());
    return plan_step(c->plan, s, &from, 1, to, err);
}
