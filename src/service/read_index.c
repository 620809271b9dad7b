/* GET /v1 and readiness. */
#include "base/json.h"
#include "config.h"
#include "service/reader.h"

static json_t *links(void)
{
    static const char *const paths[][2] = {
        {"models", "/v1/models"},     {"datasets", "/v1/datasets"},
        {"jobs", "/v1/jobs"},         {"prune", "/v1/prune"},
        {"compare", "/v1/compare"},   {"health", "/healthz"},
        {"readiness", "/readyz"},     {"dashboard", "/"},
    };
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (json_put_text(o, paths[i][0], paths[i][1])) {
            json_decref(o);
            return NULL;
        }
    return o;
}

/* The worker's own limits, and ours beside them. */
static json_t *limits(const struct service *s)
{
    const struct config *c = s->config;
    const json_t *told = json_object_get(s->describe, "limits");
    json_t *o = json_is_object(told) ? json_deep_copy(told) : json_object();
    if (json_put_int(o, "max_upload", c->max_upload) ||
        json_put_int(o, "max_queue", c->max_queue) ||
        json_put_int(o, "workers", c->workers) ||
        json_put_int(o, "worker_threads", c->worker_threads) ||
        json_put_int(o, "job_seconds", c->job_seconds) ||
        json_put_int(o, "job_memory", c->job_memory)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static int put_copy(json_t *o, const struct service *s, const char *key)
{
    const json_t *value = json_object_get(s->describe, key);
    return value ? json_put(o, key, json_deep_copy(value)) : 0;
}

int read_index(struct reader *r, struct answer *a)
{
    const struct service *s = r->s;
    json_t *o = json_object();
    if (json_put_text(o, "name", "pruned") ||
        json_put_text(o, "version", PACKAGE_VERSION) ||
        put_copy(o, s, "techniques") || put_copy(o, s, "criteria") ||
        put_copy(o, s, "recovery") || put_copy(o, s, "settings") ||
        put_copy(o, s, "data_settings") ||
        json_put(o, "limits", limits(s)) || json_put(o, "links", links())) {
        json_decref(o);
        o = NULL;
    }
    return answer_body(a, 200, o);
}

int read_ready(struct reader *r, struct answer *a)
{
    struct service *s = r->s;
    struct prune_error err = {0};
    int64_t one;
    if (atomic_load(&s->draining))
        return answer_problem(a, PROBLEM_NOT_READY,
                              "The daemon is stopping");
    if (blob_room(s->state.blobs, 0, s->config->reserve, &err))
        return answer_problem(a, PROBLEM_NOT_READY, "%s", err.text);
    if (atomic_load(&s->unwell) ||
        db_number(r->db, &one, 0, &err, "SELECT count(*) FROM blob", ""))
        return answer_problem(a, PROBLEM_NOT_READY, "The store fails");
    json_t *o = json_object();
    if (json_put_bool(o, "ready", 1)) {
        json_decref(o);
        o = NULL;
    }
    return answer_body(a, 200, o);
}
