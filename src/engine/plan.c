#include "engine/plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

/* Every buffer begins on a cache line, which is also a vector's width. */
enum { ALIGN = 64 };
/* `last` of a buffer that is needed after the last step. */
enum { TO_END = INT32_MAX };

int plan_new(struct plan **out, const struct program *p,
             struct prune_error *err)
{
    struct plan *plan = mem_new(sizeof *plan);
    if (plan == NULL)
        return err_memory(err, "plan");
    plan->outputs = mem_calloc((size_t)p->n_outputs, sizeof *plan->outputs);
    plan->taps = mem_calloc((size_t)p->n_taps, sizeof *plan->taps);
    plan->n_outputs = p->n_outputs;
    plan->n_taps = p->n_taps;
    if (plan->outputs == NULL || plan->taps == NULL) {
        plan_free(plan);
        return err_memory(err, "plan");
    }
    *out = plan;
    return 0;
}

static void step_done(struct step *s)
{
    if (s->free != NULL)
        s->free(s);
    mem_free(s->in);
}

void plan_free(struct plan *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < p->n_steps; i++)
        step_done(&p->steps[i]);
    if (p->backend_free != NULL)
        p->backend_free(p->backend);
    mem_free(p->steps);
    mem_free(p->buffers);
    mem_free(p->outputs);
    mem_free(p->taps);
    mem_free(p->memory);
    mem_free(p->arena);
    mem_free(p->scratch);
    mem_free(p);
}

static int grow(void **items, int *room, int n, size_t size,
                struct prune_error *err)
{
    if (n < *room)
        return 0;
    int more = *room > 0 ? *room * 2 : 32;
    void *grown = mem_array(*items, (size_t)more, size);
    if (grown == NULL)
        return err_memory(err, "plan");
    *items = grown;
    *room = more;
    return 0;
}

static int add_buffer(struct plan *p, struct buffer b,
                      struct prune_error *err)
{
    int code = grow((void **)&p->buffers, &p->room_buffers, p->n_buffers,
                    sizeof *p->buffers, err);
    if (code != 0)
        return code;
    b.first = b.last = p->n_steps;
    p->buffers[p->n_buffers] = b;
    return p->n_buffers++;
}

int plan_buffer(struct plan *p, size_t size, struct prune_error *err)
{
    return add_buffer(p, (struct buffer){.size = size, .input = -1}, err);
}

int plan_fixed(struct plan *p, const void *data, size_t size,
               struct prune_error *err)
{
    return add_buffer(
        p, (struct buffer){.size = size, .fixed = data, .input = -1}, err);
}

int plan_input(struct plan *p, int input, size_t size,
               struct prune_error *err)
{
    return add_buffer(p, (struct buffer){.size = size, .input = input}, err);
}

static int append(struct plan *p, struct step *s, const int *in, int n_in,
                  int out, struct prune_error *err)
{
    s->in = mem_calloc((size_t)n_in, sizeof *s->in);
    if (s->in == NULL)
        return err_memory(err, "plan");
    int code = grow((void **)&p->steps, &p->room_steps, p->n_steps,
                    sizeof *p->steps, err);
    if (code != 0)
        return code;
    memcpy(s->in, in, (size_t)n_in * sizeof *in);
    s->n_in = n_in;
    s->out = out;
    p->steps[p->n_steps++] = *s;
    return 0;
}

int plan_step(struct plan *p, struct step s, const int *in, int n_in,
              int out, struct prune_error *err)
{
    int code = append(p, &s, in, n_in, out, err);
    if (code != 0) {
        step_done(&s);
        return code;
    }
    struct step *added = &p->steps[p->n_steps - 1];
    for (int i = 0; i < n_in; i++)
        if (in[i] >= 0) {
            plan_keep(p, in[i]);
            added->reads_input |= p->buffers[in[i]].input >= 0;
        }
    plan_keep(p, out);
    return 0;
}

void plan_keep(struct plan *p, int buffer)
{
    struct buffer *b = &p->buffers[buffer];
    if (b->last < p->n_steps - 1)
        b->last = p->n_steps - 1;
}

void plan_keep_to_end(struct plan *p, int buffer)
{
    p->buffers[buffer].last = TO_END;
}

/* --- placing --------------------------------------------------------- */

static int in_arena(const struct buffer *b)
{
    return b->fixed == NULL && b->input < 0;
}

static size_t padded(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static int by_size(const void *a, const void *b)
{
    const struct buffer *const *x = a, *const *y = b;
    if ((*x)->size != (*y)->size)
        return (*x)->size > (*y)->size ? -1 : 1;
    return *x < *y ? -1 : 1;
}

static int by_offset(const void *a, const void *b)
{
    const struct buffer *const *x = a, *const *y = b;
    if ((*x)->offset != (*y)->offset)
        return (*x)->offset < (*y)->offset ? -1 : 1;
    return 0;
}

/* The lowest gap between those placed already that live at the same time.
 * `others` is room for as many pointers as there are buffers. */
static size_t lowest_gap(const struct buffer *b, struct buffer **placed,
                         int n, struct buffer **others)
{
    int n_others = 0;
    for (int i = 0; i < n; i++)
        if (placed[i]->first <= b->last && b->first <= placed[i]->last)
            others[n_others++] = placed[i];
    qsort(others, (size_t)n_others, sizeof(void *), by_offset);
    size_t at = 0;
    for (int i = 0; i < n_others; i++) {
        if (others[i]->offset >= at + padded(b->size))
            break;
        size_t end = others[i]->offset + padded(others[i]->size);
        at = end > at ? end : at;
    }
    return at;
}

/* Places the largest first (the greedy-by-size offset assignment of
 * Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net
 * Inference", 2020). */
static int place_buffers(struct plan *p, struct prune_error *err)
{
    size_t n = (size_t)p->n_buffers;
    struct buffer **order = mem_calloc(n, sizeof(struct buffer *));
    struct buffer **others = mem_calloc(n, sizeof(struct buffer *));
    int n_order = 0, code = 0;
    if (order == NULL || others == NULL) {
        code = err_memory(err, "plan");
        goto out;
    }
    for (int i = 0; i < p->n_buffers; i++)
        if (in_arena(&p->buffers[i]))
            order[n_order++] = &p->buffers[i];
    qsort(order, (size_t)n_order, sizeof(void *), by_size);
    for (int i = 0; i < n_order; i++) {
        struct buffer *b = order[i];
        b->offset = lowest_gap(b, order, i, others);
        size_t end = b->offset + padded(b->size);
        p->arena_size = end > p->arena_size ? end : p->arena_size;
    }
out:
    mem_free(order);
    mem_free(others);
    return code;
}

static int take_memory(struct plan *p, struct prune_error *err)
{
    for (int i = 0; i < p->n_steps; i++) {
        size_t need = p->steps[i].scratch_size;
        p->scratch_size = need > p->scratch_size ? need : p->scratch_size;
        p->weight_size += p->steps[i].weight_size;
    }
    p->arena = mem_aligned(p->arena_size, 1);
    p->scratch = mem_aligned(p->scratch_size, 1);
    p->memory = mem_calloc((size_t)p->n_buffers, sizeof *p->memory);
    if (p->arena == NULL || p->scratch == NULL || p->memory == NULL)
        return err_memory(err, "activations");
    for (int i = 0; i < p->n_buffers; i++) {
        struct buffer *b = &p->buffers[i];
        /* Steps read fixed memory only; the pointer is not const because
         * kernels' own interfaces are not. */
        if (b->fixed != NULL)
            p->memory[i] = (void *)b->fixed;
        else if (in_arena(b))
            p->memory[i] = p->arena + b->offset;
    }
    return 0;
}

int plan_place(struct plan *p, struct prune_error *err)
{
    int code = place_buffers(p, err);
    if (code == 0)
        code = take_memory(p, err);
    for (int i = 0; i < p->n_steps && code == 0; i++)
        if (!p->steps[i].reads_input)
            code = p->steps[i].bind(&p->steps[i], p->memory, p->scratch, err);
    return code;
}

int plan_run(struct plan *p, const void *const *inputs,
             struct prune_error *err)
{
    for (int i = 0; i < p->n_buffers; i++)
        if (p->buffers[i].input >= 0)
            p->memory[i] = (void *)inputs[p->buffers[i].input];
    for (int i = 0; i < p->n_steps; i++) {
        struct step *s = &p->steps[i];
        int code = 0;
        if (s->reads_input)
            code = s->bind(s, p->memory, p->scratch, err);
        if (code == 0)
            code = s->run(s, err);
        if (code != 0)
            return code;
    }
    return 0;
}

/* --- comparing ------------------------------------------------------- */

/* Both are run until this much time has gone by, within these bounds. */
static const double enough_seconds = 0.03;
enum { LEAST_RUNS = 3, MOST_RUNS = 100 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int plan_faster(int *out, struct plan *a, struct plan *b,
                const void *const *inputs, struct prune_error *err)
{
    struct plan *plans[2] = {a, b};
    double least[2] = {1e9, 1e9}, begin = now();
    for (int run = 0; run < MOST_RUNS; run++) {
        if (run > LEAST_RUNS && now() - begin > enough_seconds)
            break;
        for (int i = 0; i < 2; i++) {
            double start = now();
            int code = plan_run(plans[i], inputs, err);
            if (code != 0)
                return code;
            double took = now() - start;
            /* The first run makes and warms. */
            if (run > 0 && took < least[i])
                least[i] = took;
        }
    }
    *out = least[0] < least[1];
    return 0;
}
