#include <time.h>

#include "base/alloc.h"
#include "engine/dnnl_private.h"

enum { MAX_ARGS = 6 };

/* Each trial is run until this much time has gone by, within these bounds:
 * the least of several runs is what a quiet machine would show. */
static const double enough_seconds = 1e-3;
enum { LEAST_RUNS = 4, MOST_RUNS = 40 };

struct dn_trial {
    dnnl_primitive_t primitive;
    int n;
    dnnl_exec_arg_t args[MAX_ARGS];
    void *memory[MAX_ARGS];
};

void dn_trial_free(struct dn_trial *t)
{
    if (t == NULL)
        return;
    if (t->primitive != NULL)
        dnnl_primitive_destroy(t->primitive);
    for (int i = 0; i < t->n; i++) {
        if (t->args[i].memory != NULL)
            dnnl_memory_destroy(t->args[i].memory);
        mem_free(t->memory[i]);
    }
    mem_free(t);
}

static int add_arg(struct dn_trial *t, struct dn_compiler *c, int arg,
                   const dnnl_memory_desc_t *md, struct prune_error *err)
{
    int i = t->n++;
    t->memory[i] = mem_aligned(dnnl_memory_desc_get_size(md), 1);
    if (t->memory[i] == NULL)
        return err_memory(err, "the timing of kernels");
    t->args[i].arg = arg;
    return dn_fail(NULL, dnnl_memory_create(&t->args[i].memory, md,
                                            c->backend->engine,
                                            t->memory[i]),
                   err);
}

int dn_trial_new(struct dn_trial **out, struct dn_compiler *c,
                 const_dnnl_primitive_desc_t pd,
                 const struct dn_trial_arg *args, int n,
                 struct prune_error *err)
{
    struct dn_trial *t = mem_new(sizeof *t);
    if (t == NULL)
        return err_memory(err, "the timing of kernels");
    int code = 0;
    for (int i = 0; i < n && i < MAX_ARGS - 1 && code == 0; i++)
        code = add_arg(t, c, args[i].arg, args[i].md, err);
    if (code == 0)
        code = add_arg(t, c, DNNL_ARG_SCRATCHPAD,
                       dn_md(pd, dnnl_query_scratchpad_md), err);
    if (code == 0)
        code = dn_fail(NULL, dnnl_primitive_create(&t->primitive, pd), err);
    if (code != 0) {
        dn_trial_free(t);
        return code;
    }
    *out = t;
    return 0;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int dn_trials_run(struct dn_compiler *c, struct dn_trial *const *trials,
                  double *seconds, int n, struct prune_error *err)
{
    double begin = now();
    for (int i = 0; i < n; i++)
        seconds[i] = trials[i] != NULL ? 1e9 : 0.0;
    for (int run = 0; run < MOST_RUNS; run++) {
        if (run >= LEAST_RUNS && now() - begin > enough_seconds * n)
            break;
        for (int i = 0; i < n; i++) {
            if (trials[i] == NULL)
                continue;
            double start = now();
            dnnl_status_t s =
                dnnl_primitive_execute(trials[i]->primitive,
                                       c->backend->stream, trials[i]->n,
                                       trials[i]->args);
            if (s != dnnl_success)
                return dn_fail(NULL, s, err);
            double took = now() - start;
            /* The first run makes and warms. */
            if (run > 0 && took < seconds[i])
                seconds[i] = took;
        }
    }
    return 0;
}
