#include "engine/program.h"

#include <string.h>

#include "base/alloc.h"

int program_new(struct program **out, struct prune_error *err)
{
    struct program *p = mem_new(sizeof *p);
    if (p == NULL)
        return err_memory(err, "program");
    *out = p;
    return 0;
}

void program_free(struct program *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < p->n_owned; i++)
        tensor_unref(p->owned[i]);
    mem_free(p->owned);
    mem_free(p->slots);
    mem_free(p->prims);
    mem_free(p->inputs);
    mem_free(p->outputs);
    mem_free(p->taps);
    mem_free(p->tail);
    mem_free(p->kept);
    arena_done(&p->arena);
    mem_free(p);
}

/* Room for one more item in an array that doubles. */
static int grow(void **items, int *room, int n, size_t size,
                struct prune_error *err)
{
    if (n < *room)
        return 0;
    int more = *room > 0 ? *room * 2 : 32;
    if (more <= n || more > 1 << 24)
        return err_set(err, PRUNE_E_INPUT, "the network is too large to run");
    void *grown = mem_array(*items, (size_t)more, size);
    if (grown == NULL)
        return err_memory(err, "program");
    *items = grown;
    *room = more;
    return 0;
}

int program_slot(struct program *p, const struct shape *shape,
                 struct prune_error *err)
{
    return program_typed_slot(p, shape, DTYPE_F32, err);
}

int program_typed_slot(struct program *p, const struct shape *shape,
                       enum dtype dtype, struct prune_error *err)
{
    char text[96];
    int64_t n = shape_numel(shape), size = (int64_t)dtype_size(dtype);
    if (size == 0)
        return err_set(err, PRUNE_E_UNSUPPORTED,
                       "values of type %s are not computed",
                       dtype_name(dtype));
    if (n < 0 || n > TENSOR_MAX_BYTES / size)
        return err_set(err, PRUNE_E_INPUT,
                       "a value of shape %s is too large to be computed",
                       shape_text(shape, text));
    int code = grow((void **)&p->slots, &p->room_slots, p->n_slots,
                    sizeof *p->slots, err);
    if (code != 0)
        return code;
    p->slots[p->n_slots] = (struct slot){.shape = *shape, .dtype = dtype,
                                         .value = -1};
    return p->n_slots++;
}

int program_constant(struct program *p, struct tensor *t,
                     struct prune_error *err)
{
    int code = grow((void **)&p->owned, &p->room_owned, p->n_owned,
                    sizeof(void *), err);
    if (code != 0) {
        tensor_unref(t);
        return code;
    }
    p->owned[p->n_owned++] = t;
    int slot = program_typed_slot(p, &t->shape, t->dtype, err);
    if (slot >= 0)
        p->slots[slot].constant = t;
    return slot;
}

static int check_type(const struct program *p, const struct prim_kind *kind,
                      int slot, struct prune_error *err)
{
    if (kind->any_type || p->slots[slot].dtype == DTYPE_F32)
        return 0;
    return err_set(err, PRUNE_E_UNSUPPORTED,
                   "%s: %s is not computed, only float32", kind->name,
                   dtype_name(p->slots[slot].dtype));
}

static int check(const struct program *p, const struct prim *prim,
                 struct prune_error *err)
{
    const struct prim_kind *kind = prim->kind;
    if (prim->n_in < kind->min_in ||
        (kind->max_in >= 0 && prim->n_in > kind->max_in))
        return err_set(err, PRUNE_E_INPUT, "%s: it has %d inputs",
                       kind->name, prim->n_in);
    for (int i = 0; i < prim->n_in; i++) {
        int s = prim->in[i];
        if (s >= p->n_slots || (s < 0 && i < kind->min_in))
            return err_set(err, PRUNE_E_INPUT, "%s: input %d is missing",
                           kind->name, i);
        int code = s < 0 ? 0 : check_type(p, kind, s, err);
        if (code != 0)
            return code;
    }
    if (prim->out < 0 || prim->out >= p->n_slots)
        return err_set(err, PRUNE_E_INPUT, "%s: it has no output",
                       kind->name);
    int code = check_type(p, kind, prim->out, err);
    if (code != 0)
        return code;
    const char *wrong = kind->check(prim, p->slots);
    return wrong == NULL ? 0
                         : err_set(err, PRUNE_E_INPUT, "%s: %s", kind->name,
                                   wrong);
}

int program_add(struct program *p, struct prim prim, const int *in, int n_in,
                int out, struct prune_error *err)
{
    return program_add_many(p, prim, in, n_in, &out, 1, err);
}

int program_add_many(struct program *p, struct prim prim, const int *in,
                     int n_in, const int *out, int n_out,
                     struct prune_error *err)
{
    prim.in = arena_calloc(&p->arena, (size_t)n_in, sizeof *prim.in);
    prim.more = arena_calloc(&p->arena, (size_t)n_out, sizeof *prim.more);
    if (prim.in == NULL || prim.more == NULL)
        return err_memory(err, "program");
    memcpy(prim.in, in, (size_t)n_in * sizeof *in);
    memcpy(prim.more, out + 1, (size_t)(n_out - 1) * sizeof *out);
    prim.n_in = n_in;
    prim.n_more = n_out - 1;
    prim.out = out[0];
    prim.n_posts = 0;
    prim.posts = NULL;
    int code = check(p, &prim, err);
    if (code == 0)
        code = grow((void **)&p->prims, &p->room_prims, p->n_prims,
                    sizeof *p->prims, err);
    if (code != 0)
        return code;
    p->prims[p->n_prims++] = prim;
    return 0;
}

static int append(int **list, int *n, int *room, int item,
                  struct prune_error *err)
{
    int code = grow((void **)list, room, *n, sizeof **list, err);
    if (code == 0)
        (*list)[(*n)++] = item;
    return code;
}

int program_add_tail(struct program *p, int node, struct prune_error *err)
{
    return append(&p->tail, &p->n_tail, &p->room_tail, node, err);
}

int program_add_kept(struct program *p, int value, struct prune_error *err)
{
    for (int i = 0; i < p->n_kept; i++)
        if (p->kept[i] == value)
            return 0;
    return append(&p->kept, &p->n_kept, &p->room_kept, value, err);
}

int program_insert(struct program *p, int at, struct prim prim,
                   const int *in, int n_in, int out,
                   struct prune_error *err)
{
    int code = program_add(p, prim, in, n_in, out, err);
    if (code != 0)
        return code;
    struct prim added = p->prims[p->n_prims - 1];
    memmove(p->prims + at + 1, p->prims + at,
            (size_t)(p->n_prims - 1 - at) * sizeof *p->prims);
    p->prims[at] = added;
    return 0;
}

int program_set_slots(struct program *p, int **list, int *n_list,
                      const int *slots, int n, struct prune_error *err)
{
    int *copy = mem_calloc((size_t)n, sizeof *copy);
    if (copy == NULL)
        return err_memory(err, "program");
    for (int i = 0; i < n; i++) {
        if (slots[i] >= p->n_slots) {
            mem_free(copy);
            return err_set(err, PRUNE_E_FAILED, "there is no slot %d",
                           slots[i]);
        }
        copy[i] = slots[i];
    }
    mem_free(*list);
    *list = copy;
    *n_list = n;
    return 0;
}

int program_check(const struct program *p, struct prune_error *err)
{
    unsigned char *written = mem_calloc((size_t)p->n_slots, 1);
    if (written == NULL)
        return err_memory(err, "program");
    int bad = 0;
    for (int i = 0; i < p->n_slots; i++)
        written[i] = p->slots[i].constant != NULL;
    for (int i = 0; i < p->n_inputs; i++)
        if (p->inputs[i] >= 0)
            written[p->inputs[i]] = 1;
    for (int i = 0; i < p->n_prims; i++) {
        const struct prim *prim = &p->prims[i];
        for (int k = 0; k < prim->n_in; k++)
            bad |= prim->in[k] >= 0 && !written[prim->in[k]];
        for (int k = 0; k < prim->n_posts; k++)
            bad |= prim->posts[k].is_sum && !written[prim->posts[k].slot];
        bad |= written[prim->out];
        written[prim->out] = 1;
        for (int k = 0; k < prim->n_more; k++)
            if (prim->more[k] >= 0) {
                bad |= written[prim->more[k]];
                written[prim->more[k]] = 1;
            }
    }
    for (int i = 0; i < p->n_outputs; i++)
        bad |= p->outputs[i] >= 0 && !written[p->outputs[i]];
    for (int i = 0; i < p->n_taps; i++)
        bad |= !written[p->taps[i]];
    mem_free(written);
    return bad ? err_set(err, PRUNE_E_FAILED,
                         "the network was lowered out of order")
               : 0;
}

int *program_producers(const struct program *p)
{
    int *by = mem_calloc((size_t)p->n_slots, sizeof *by);
    for (int i = 0; by != NULL && i < p->n_slots; i++)
        by[i] = -1;
    for (int i = 0; by != NULL && i < p->n_prims; i++) {
        by[p->prims[i].out] = i;
        for (int k = 0; k < p->prims[i].n_more; k++)
            if (p->prims[i].more[k] >= 0)
                by[p->prims[i].more[k]] = i;
    }
    return by;
}

int *program_uses(const struct program *p)
{
    int *uses = mem_calloc((size_t)p->n_slots, sizeof *uses);
    if (uses == NULL)
        return NULL;
    for (int i = 0; i < p->n_prims; i++) {
        const struct prim *prim = &p->prims[i];
        for (int k = 0; k < prim->n_in; k++)
            if (prim->in[k] >= 0)
                uses[prim->in[k]]++;
        for (int k = 0; k < prim->n_posts; k++)
            if (prim->posts[k].is_sum)
                uses[prim->posts[k].slot]++;
    }
    for (int i = 0; i < p->n_outputs; i++)
        if (p->outputs[i] >= 0)
            uses[p->outputs[i]]++;
    for (int i = 0; i < p->n_taps; i++)
        uses[p->taps[i]]++;
    return uses;
}
