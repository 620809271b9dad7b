#include "api/context.h"
#include "base/alloc.h"
#include "base/export.h"
#include "base/json.h"

static int eval_pair(char **result, struct context *c, const char *against,
                     struct prune_error *err)
{
    struct subject orig = {0};
    struct figures f[2];
    struct agreement a;
    int rc = subject_open(&orig, against, &c->shapes, err);
    struct subject *const both[] = {&orig, &c->original};
    const struct subject *const pair[] = {&orig, &c->original};
    if (!rc)
        rc = figures_measure(f, &a, both, 2, &c->measuring, NULL, NULL, err);
    if (!rc)
        rc = context_answer(result, figures_compare(json_object(), pair, f,
                                                    &a),
                            err);
    subject_close(&orig);
    return rc;
}

static int eval_one(char **result, struct context *c, struct prune_error *err)
{
    struct figures f;
    struct agreement a;
    struct subject *const one[] = {&c->original};
    int rc = figures_measure(&f, &a, one, 1, &c->measuring, NULL, NULL, err);
    return rc ? rc
              : context_answer(result, figures_json(&c->original, &f), err);
}

PRUNE_EXPORT int prune_eval(char **result, const struct prune_request *request,
                            const char *against,
                            const struct prune_options *options,
                            struct prune_error *err)
{
    struct context c = {0};
    int rc = context_open(&c, request, options, err);
    if (rc)
        return rc;
    rc = figures_can_run(&c.original, err);
    if (rc)
        err_prefix(err, "%s", request->model);
    else
        rc = against ? eval_pair(result, &c, against, err)
                     : eval_one(result, &c, err);
    context_close(&c);
    return rc;
}
