#include "graph/host.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

const struct tensor *host_in(const struct host_call *c, int i)
{
    const struct datum *d = i < c->node->n_inputs ? c->in[i] : NULL;
    return d && d->kind == DATUM_TENSOR ? d->tensor : NULL;
}

const struct tensor *host_need(const struct host_call *c, int i,
                               struct prune_error *err)
{
    const struct tensor *t = host_in(c, i);
    if (!t)
        (void)host_bad(c, err, "input %d is missing or no tensor", i);
    return t;
}

int host_wants(const struct host_call *c, int i)
{
    return i < c->node->n_outputs && c->node->outputs[i] >= 0;
}

int host_set(struct host_call *c, int i, struct datum *d)
{
    if (i >= c->node->n_outputs) {
        datum_unref(d);
        return 0;
    }
    datum_unref(c->out[i]);
    c->out[i] = d;
    return 0;
}

int host_set_tensor(struct host_call *c, int i, struct tensor *t,
                    struct prune_error *err)
{
    struct datum *d = NULL;
    int rc = datum_tensor(&d, t, err);
    return rc ? rc : host_set(c, i, d);
}

int host_out(struct host_call *c, int i, enum dtype dtype,
             const struct shape *shape, struct tensor **out,
             struct prune_error *err)
{
    struct tensor *t = NULL;
    if (i >= c->node->n_outputs)
        return err_set(err, PRUNE_E_FAILED, "there is no output %d", i);
    if (c->given && c->given[i] && c->given[i]->dtype == dtype &&
        shape_equal(&c->given[i]->shape, shape))
        t = tensor_ref(c->given[i]);
    int rc = t ? 0 : tensor_new(&t, dtype, shape, err);
    if (!rc)
        rc = host_set_tensor(c, i, t, err);
    if (!rc)
        *out = t;
    return rc;
}

static void unref_tensor(void *t)
{
    tensor_unref(t);
}

int host_view(struct host_call *c, int i, const struct tensor *t,
              const struct shape *shape, struct prune_error *err)
{
    if (shape_numel(shape) != tensor_numel(t))
        return host_bad(c, err, "the shapes hold different numbers of "
                                "elements");
    struct tensor *v = mem_new(sizeof *v);
    if (!v)
        return err_memory(err, "a tensor");
    /* Counting is no change that anybody who borrowed `t` could see. */
    *v = (struct tensor){.dtype = t->dtype, .shape = *shape, .size = t->size,
                         .data = t->data, .refs = 1, .borrowed = 1,
                         .owner = tensor_ref((struct tensor *)(uintptr_t)t),
                         .owner_unref = unref_tensor};
    return host_set_tensor(c, i, v, err);
}

int host_bad(const struct host_call *c, struct prune_error *err,
             const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(err, PRUNE_E_INPUT, "%s: %s", c->node->type, text);
}

int host_refuse(const struct host_call *c, struct prune_error *err,
                const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(err, PRUNE_E_UNSUPPORTED, "operator %s: %s",
                   c->node->type, text);
}

static int check_arity(const struct host_call *c, struct prune_error *err)
{
    const struct op *op = c->node->op;
    if (c->node->n_inputs < op->min_inputs ||
        (op->max_inputs >= 0 && c->node->n_inputs > op->max_inputs))
        return host_bad(c, err, "%d inputs", c->node->n_inputs);
    for (int i = 0; i < op->min_inputs; i++)
        if (!c->in[i])
            return host_bad(c, err, "input %d is missing", i);
    return c->node->n_outputs < 1 ? host_bad(c, err, "it has no output") : 0;
}

static void drop_outputs(struct host_call *c)
{
    for (int i = 0; i < c->node->n_outputs; i++) {
        datum_unref(c->out[i]);
        c->out[i] = NULL;
    }
}

int host_run(struct host_call *c, struct prune_error *err)
{
    int rc = check_arity(c, err);
    if (!rc)
        rc = c->node->op->host(c, err);
    for (int i = 0; !rc && i < c->node->n_outputs; i++)
        if (host_wants(c, i) && !c->out[i])
            rc = host_refuse(c, err, "its output %d is not computed", i);
    if (rc)
        drop_outputs(c);
    return rc;
}
