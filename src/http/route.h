#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stddef.h>

/* The addresses of the daemon: one row of routes.tbl each. */

enum http_method {
    HTTP_GET = 1, /* and HEAD */
    HTTP_POST = 2,
    HTTP_PUT = 4,
    HTTP_DELETE = 8,
};

/* What a request may carry. */
enum http_body {
    BODY_NONE,   /* nothing; a little is read and thrown away */
    BODY_FIELDS, /* settings, JSON or form */
    BODY_FILE,   /* a file, streamed */
};

/* What a caller must be allowed to do, once there are tokens. */
enum http_scope { SCOPE_OPEN, SCOPE_READ, SCOPE_WRITE };

struct http_request;

/* What a step of an endpoint came to. */
enum http_step {
    HTTP_ANSWER, /* the request's answer or response is there */
    HTTP_WAIT,   /* http_wake will come; then the step is called again */
};

/* An endpoint is one file of endpoints/, which ends in one of these. */
struct endpoint {
    const char *name;
    /* Names that the query may have, one space between; any other is
     * refused. NULL: `begin` sees to the query, or it does not matter. */
    const char *query;
    /* Headers are here, the body is not: refuse early (-1 with a problem in
     * r->answer), or return 0. May be NULL. */
    int (*begin)(struct http_request *r);
    /* The body is complete. Called again after each HTTP_WAIT. */
    enum http_step (*answer)(struct http_request *r);
};

struct route {
    enum http_method method;
    const char *path; /* "/v1/models/{name}"; "/{path*}" takes the rest */
    enum http_scope scope;
    enum http_body body;
    const char *summary;
    const struct endpoint *endpoint;
};

extern const struct route routes[];
extern const size_t n_routes;

enum { ROUTE_PARAMS = 2, ROUTE_TEXT = 512 };

/* The parts of a path in braces, decoded, in order. */
struct route_match {
    const struct route *route;           /* NULL: none */
    unsigned allowed;                    /* methods that the path takes */
    char param[ROUTE_PARAMS][ROUTE_TEXT];
};

/* The method of its name, HEAD being GET; 0 when there is none. */
unsigned route_method(const char *name);

/* Finds the row of a method and a raw path. Without one, `allowed` says
 * whether the path is known (405) or not (404). */
void route_find(struct route_match *out, unsigned method, const char *path);

/* "GET, HEAD, PUT" for the Allow header. */
const char *route_allow(char out[static 64], unsigned allowed);

#endif
