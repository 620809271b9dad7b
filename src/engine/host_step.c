#include "engine/host_step.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/alone.h"
#include "engine/plain.h"

/* Tensors around the plan's memory, made once; each run hands them to the
 * kernel and looks at what it gave back. */
struct host_state {
    struct host_call call;
    int n_out;
    int *buffers; /* of each output; -1: not wanted */
    struct datum **in, **out;
    struct tensor **given; /* of each output, NULL where not wanted */
};

static void host_free(struct step *s)
{
    struct host_state *h = s->state;
    for (int i = 0; h->in && i < h->call.node->n_inputs; i++)
        datum_unref(h->in[i]);
    for (int i = 0; h->given && i < h->n_out; i++)
        tensor_unref(h->given[i]);
    mem_free(h->in);
    mem_free(h->out);
    mem_free(h->given);
    mem_free(h->buffers);
    mem_free(h);
}

static int host_bind(struct step *s, void *const *memory, void *scratch,
                     struct prune_error *err)
{
    struct host_state *h = s->state;
    (void)scratch;
    (void)err;
    for (int i = 0; i < s->n_in; i++)
        if (h->in[i])
            h->in[i]->tensor->data = memory[s->in[i]];
    for (int i = 0; i < h->n_out; i++)
        if (h->given[i])
            h->given[i]->data = memory[h->buffers[i]];
    return 0;
}

/* What came back as a tensor of its own is copied to where it belongs. */
static int take(const struct host_state *h, int i, struct prune_error *err)
{
    struct tensor *to = h->given[i];
    const struct datum *d = h->out[i];
    char have[96], want[96];
    if (!to)
        return 0;
    if (!d || d->kind != DATUM_TENSOR || d->tensor->dtype != to->dtype ||
        !shape_equal(&d->tensor->shape, &to->shape))
        return err_set(
            err, PRUNE_E_UNSUPPORTED,
            "operator %s (node '%s'): its output %d is %s of shape %s, where "
            "%s of shape %s was inferred", h->call.node->type,
            h->call.node->label, i,
            d && d->tensor ? dtype_name(d->tensor->dtype) : "no tensor",
            d && d->tensor ? shape_text(&d->tensor->shape, have) : "?",
            dtype_name(to->dtype), shape_text(&to->shape, want));
    if (d->tensor->data != to->data && to->size)
        memmove(to->data, d->tensor->data, to->size);
    return 0;
}

static int host_step_run(struct step *s, struct prune_error *err)
{
    struct host_state *h = s->state;
    int rc = alone_or_host(&h->call, 1, err);
    if (rc)
        err_prefix(err, "node %s", h->call.node->label);
    for (int i = 0; !rc && i < h->n_out; i++)
        rc = take(h, i, err);
    for (int i = 0; i < h->n_out; i++) {
        datum_unref(h->out[i]);
        h->out[i] = NULL;
    }
    return rc;
}

/* A tensor whose memory the plan has. */
static int tensor_around(struct tensor **out, const struct slot *slot,
                         struct prune_error *err)
{
    struct tensor *t = mem_new(sizeof *t);
    if (!t)
        return err_memory(err, "plan");
    *t = (struct tensor){.dtype = slot->dtype, .shape = slot->shape,
                         .size = plain_size(slot), .refs = 1, .borrowed = 1};
    *out = t;
    return 0;
}

static int fill(struct host_state *h, const struct program *p,
                const struct prim *prim, struct plan *plan, int *buffers,
                struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < prim->n_in; i++) {
        struct tensor *t = NULL;
        if (prim->in[i] < 0)
            continue;
        rc = tensor_around(&t, &p->slots[prim->in[i]], err);
        if (!rc)
            rc = datum_tensor(&h->in[i], t, err);
    }
    for (int i = 0; i < h->n_out; i++)
        h->buffers[i] = -1;
    for (int i = prim->host.first; !rc && i < h->n_out; i++) {
        int slot = i == prim->host.first ? prim->out
                                         : prim->more[i - prim->host.first - 1];
        if (slot < 0)
            continue;
        rc = tensor_around(&h->given[i], &p->slots[slot], err);
        if (!rc)
            h->buffers[i] = plan_buffer(plan, h->given[i]->size, err);
        if (!rc && h->buffers[i] < 0)
            rc = h->buffers[i];
        if (!rc)
            buffers[slot] = h->buffers[i];
    }
    return rc;
}

static struct host_state *new_state(const struct prim *prim)
{
    struct host_state *h = mem_new(sizeof *h);
    if (!h)
        return NULL;
    size_t n_in = (size_t)prim->n_in;
    size_t n_out = (size_t)(prim->host.first + 1 + prim->n_more);
    h->n_out = (int)n_out;
    h->in = mem_calloc(n_in, sizeof *h->in);
    h->out = mem_calloc(n_out, sizeof *h->out);
    h->given = mem_calloc(n_out, sizeof *h->given);
    h->buffers = mem_calloc(n_out, sizeof *h->buffers);
    h->call = (struct host_call){.graph = prim->host.graph,
                                 .node = prim->host.node, .in = h->in,
                                 .out = h->out, .given = h->given};
    return h;
}

int host_step(struct plan *plan, const struct program *p,
              const struct prim *prim, const int *in, int *buffers,
              struct prune_error *err)
{
    struct host_state *h = new_state(prim);
    struct step s = {.run = host_step_run, .bind = host_bind,
                     .free = host_free, .state = h, .node = prim->node,
                     .kernel = "host"};
    if (!h)
        return err_memory(err, "plan");
    int rc = h->in && h->out && h->given && h->buffers
                 ? fill(h, p, prim, plan, buffers, err)
                 : err_memory(err, "plan");
    if (rc) {
        host_free(&s);
        return rc;
    }
    rc = plan_step(plan, s, in, prim->n_in, buffers[prim->out], err);
    for (int i = 0; !rc && i < h->n_out; i++)
        if (h->buffers[i] >= 0)
            plan_keep(plan, h->buffers[i]);
    return rc;
}
