#include "http/route.h"

#include <stdio.h>
#include <string.h>

#include "http/text.h"

#define ROW(name, method, path, scope, body, summary)                         \
    extern const struct endpoint endpoint_##name;
#include "http/routes.tbl"
#undef ROW

const struct route routes[] = {
#define ROW(name, method, path, scope, body, summary)                         \
    {HTTP_##method, path, SCOPE_##scope, BODY_##body, summary,                \
     &endpoint_##name},
#include "http/routes.tbl"
#undef ROW
};

const size_t n_routes = sizeof routes / sizeof *routes;

static const struct {
    const char *name;
    unsigned method;
} methods[] = {
    {"GET", HTTP_GET},       {"HEAD", HTTP_GET}, {"POST", HTTP_POST},
    {"PUT", HTTP_PUT},       {"DELETE", HTTP_DELETE},
};

unsigned route_method(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!strcmp(methods[i].name, name))
            return methods[i].method;
    return 0;
}

const char *route_allow(char out[static 64], unsigned allowed)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (allowed & methods[i].method)
            at += (size_t)snprintf(out + at, 64 - at, "%s%s",
                                   at ? ", " : "", methods[i].name);
    return out;
}

/* One parameter: the segment's bytes, decoded. 0 when there is none. */
static int take(struct route_match *m, size_t *n, const char *path,
                size_t size)
{
    if (!size || size >= ROUTE_TEXT || *n == ROUTE_PARAMS)
        return 0;
    return http_decode(m->param[(*n)++], path, size, 0) > 0;
}

/* The rest of a path belongs to the dashboard's files, but nothing below
 * /v1 does. */
static int take_rest(struct route_match *m, size_t *n, const char *path)
{
    if (!strncmp(path, "v1", 2) && (!path[2] || path[2] == '/'))
        return 0;
    return take(m, n, path, strlen(path));
}

/* Whether `path` has the form of `pattern`; fills the parameters. */
static int fits(struct route_match *m, const char *pattern, const char *path)
{
    size_t n = 0;
    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return 0;
            continue;
        }
        size_t name = strcspn(pattern, "}");
        if (pattern[name - 1] == '*')
            return take_rest(m, &n, path);
        size_t size = strcspn(path, "/");
        if (!take(m, &n, path, size))
            return 0;
        pattern += name + 1;
        path += size;
    }
    return !*pattern && !*path;
}

void route_find(struct route_match *out, unsigned method, const char *path)
{
    *out = (struct route_match){0};
    for (size_t i = 0; i < n_routes && !out->route; i++) {
        /* Which files there are is not known here: a path that only the
         * last row could take is unknown to any other method. */
        if (strchr(routes[i].path, '*') && method != HTTP_GET)
            continue;
        if (!fits(out, routes[i].path, path))
            continue;
        out->allowed |= routes[i].method;
        if (routes[i].method == method)
            out->route = &routes[i];
    }
}
