#include "http/route.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *found(const char *method, const char *path,
                         struct route_match *m)
{
    route_find(m, route_method(method), path);
    return m->route ? m->route->endpoint->name : NULL;
}

Test(route, leads_to_its_endpoint)
{
    static const struct {
        const char *method, *path, *name, *first;
    } cases[] = {
        {"GET", "/", "index", ""},
        {"HEAD", "/", "index", ""},
        {"GET", "/v1", "service_document", ""},
        {"GET", "/v1/models", "model_list", ""},
        {"PUT", "/v1/models/a.onnx", "model_put", "a.onnx"},
        {"GET", "/v1/models/sha256%3Aab", "model_get", "sha256:ab"},
        {"DELETE", "/v1/models/x", "model_delete", "x"},
        {"GET", "/v1/models/x/file", "model_file", "x"},
        {"GET", "/v1/models/x/graph", "model_graph", "x"},
        {"POST", "/v1/jobs", "job_post", ""},
        {"GET", "/v1/jobs/j1/model", "job_model", "j1"},
        {"POST", "/v1/jobs/j1/cancel", "job_cancel", "j1"},
        {"PUT", "/v1/prune", "prune", ""},
        {"POST", "/v1/prune", "prune", ""},
        {"GET", "/problems/queue-full", "problem_page", "queue-full"},
        {"GET", "/vendor/chunks/a.mjs", "asset", "vendor/chunks/a.mjs"},
        {"GET", "/v1.css", "asset", "v1.css"},
    };
    struct route_match m;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = found(cases[i].method, cases[i].path, &m);
        cr_assert_not_null(name, "%s %s", cases[i].method, cases[i].path);
        cr_assert_str_eq(name, cases[i].name);
        cr_assert_str_eq(m.param[0], cases[i].first);
    }
}

Test(route, tells_unknown_paths_from_wrong_methods)
{
    struct route_match m;
    char allow[64];
    cr_assert_null(found("DELETE", "/v1/jobs", &m));
    cr_assert_str_eq(route_allow(allow, m.allowed), "GET, HEAD, POST");
    cr_assert_null(found("PATCH", "/v1/models/x", &m));
    cr_assert_str_eq(route_allow(allow, m.allowed),
                     "GET, HEAD, PUT, DELETE");
    static const char *const unknown[] = {
        "/v1/nope", "/v1/", "/v1/models/", "/v1/jobs/j/nope", "/v1/models/"
        "a/b/c"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        cr_assert_null(found("GET", unknown[i], &m), "%s", unknown[i]);
        cr_assert_eq(m.allowed, 0, "%s", unknown[i]);
    }
    cr_assert_null(found("POST", "/style.css", &m));
    cr_assert_eq(m.allowed, 0);
}

Test(route, bounds_its_parameters)
{
    struct route_match m;
    char path[ROUTE_TEXT + 32] = "/v1/models/";
    memset(path + 11, 'a', ROUTE_TEXT - 1);
    cr_assert_not_null(found("PUT", path, &m));
    path[11 + ROUTE_TEXT - 1] = 'a';
    cr_assert_null(found("PUT", path, &m));
}

Test(route, rows_are_whole)
{
    for (size_t i = 0; i < n_routes; i++) {
        const struct route *r = &routes[i];
        cr_assert_not_null(r->endpoint->answer, "%s", r->path);
        cr_assert(r->method == HTTP_GET ||
                      (r->scope == SCOPE_WRITE && strstr(r->path, "/v1/")),
                  "%s: what changes something needs the scope for it",
                  r->path);
        cr_assert(r->body != BODY_FILE || r->endpoint->begin, "%s",
                  r->path);
        cr_assert_gt(strlen(r->summary), 4);
    }
}
