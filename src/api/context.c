#include "api/context.h"

#include <time.h>

#include "base/alloc.h"

double context_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The engine's callbacks count in int64_t, the public ones in long long. */
static int relay(void *payload, const char *phase, int64_t done,
                 int64_t total)
{
    const struct prune_request *r = payload;
    return r->progress(r->payload, phase, done, total);
}

static int open_data(struct context *c, const char *path,
                     struct prune_error *err)
{
    const struct graph *g = c->original.graph;
    int input;
    int rc = runner_find_input(g, c->options.settings.input, &input, err);
    if (!rc)
        rc = figures_can_run(&c->original, err);
    if (rc) {
        err_prefix(err, "%s", c->original.name);
        return rc;
    }
    rc = dataset_open(&c->data, path, &c->options.data, err);
    if (rc)
        return rc;
    const struct value *v = &g->values[g->inputs[input]];
    rc = dataset_fit(c->data, &v->shape, v->name, err);
    if (rc)
        err_prefix(err, "%s", path);
    return rc;
}

static int open_context(struct context *c, const struct prune_request *r,
                        struct prune_error *err)
{
    int rc = shapes_parse(&c->shapes, c->options.settings.shape, err);
    if (!rc)
        rc = subject_open(&c->original, r->model, &c->shapes, err);
    if (!rc && r->data)
        rc = open_data(c, r->data, err);
    return rc;
}

int context_open(struct context *out, const struct prune_request *request,
                 const struct prune_options *options, struct prune_error *err)
{
    /* Filled in place: the parts point at each other. */
    *out = (struct context){.options = *options};
    if (request->progress)
        out->progress = (struct progress){
            relay, (void *)(uintptr_t)request};
    out->measuring = (struct measuring){.settings = &out->options.settings,
                                        .shapes = &out->shapes,
                                        .lock = request->measure_lock,
                                        .progress = &out->progress};
    int rc = open_context(out, request, err);
    out->measuring.data = out->data;
    if (rc)
        context_close(out);
    return rc;
}

void context_close(struct context *c)
{
    subject_close(&c->original);
    dataset_free(c->data);
    *c = (struct context){0};
}

const struct data_part *context_calibration(const struct context *c)
{
    const struct data_part *part = c->data ? dataset_train(c->data) : NULL;
    return part && part->n > 0 ? part : NULL;
}

int context_answer(char **out, json_t *tree, struct prune_error *err)
{
    char *text = tree ? json_dump(tree) : NULL;
    json_decref(tree);
    if (!text)
        return err_memory(err, "the answer");
    *out = text;
    return 0;
}
