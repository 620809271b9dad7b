#include "http/request.h"

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "http/private.h"
#include "http/stream.h"
#include "http/text.h"

struct http_request *request_new(struct http_server *h, const char *uri,
                                 struct MHD_Connection *conn)
{
    struct http_request *r = mem_new(sizeof *r);
    size_t n = strcspn(uri, "?");
    if (!r)
        return NULL;
    r->server = h;
    r->service = h->service;
    r->conn = conn;
    r->path = mem_strndup(uri, n);
    r->query_text = mem_strdup(uri[n] ? uri + n + 1 : "");
    r->body.ceiling = HTTP_FIELDS_LIMIT;
    if (r->path && r->query_text && id_new(r->id, 'r') == 0)
        return r;
    request_free(r);
    return NULL;
}

void request_free(struct http_request *r)
{
    if (!r)
        return;
    service_unwatch(r->service, &r->watch);
    stream_free(r->stream);
    upload_drop(r->upload);
    answer_done(&r->answer);
    json_decref(r->query);
    json_decref(r->fields);
    buf_done(&r->body);
    mem_free(r->path);
    mem_free(r->query_text);
    mem_free(r);
}

const char *http_header(const struct http_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *r, const char *name)
{
    return json_text(r->query, name, NULL);
}

/* Whether the blank-separated list holds `name`. */
static int listed(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = names; *p; p += strcspn(p, " ")) {
        p += strspn(p, " ");
        if (strcspn(p, " ") == n && !memcmp(p, name, n))
            return 1;
    }
    return 0;
}

int http_query_only(struct http_request *r, const char *names)
{
    const char *key;
    json_t *value;
    json_object_foreach(r->query, key, value)
    {
        if (listed(names, key))
            continue;
        if (!*names)
            return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                                  "this address takes no query field "
                                  "'%.80s', nor any other", key);
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                              "query field '%.80s' is unknown here; there "
                              "are: %s", key, names);
    }
    return 0;
}

int http_page(struct http_request *r, struct page *out)
{
    uint64_t n = 0;
    const char *limit = http_query(r, "limit");
    if (limit && (http_u64(&n, limit) || n < 1 || n > 1000))
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                              "limit is '%.40s'; it is a number from 1 to "
                              "1000", limit);
    *out = (struct page){(int)n, http_query(r, "after")};
    return 0;
}

struct reader *http_reader(struct http_request *r)
{
    return service_reader(r->service, &r->answer);
}

enum http_step http_posted(struct http_request *r, int rc)
{
    if (rc == 0) {
        r->posted = 1;
        return HTTP_WAIT;
    }
    answer_problem(&r->answer, PROBLEM_DRAINING,
                   "the daemon is stopping and takes no changes");
    return HTTP_ANSWER;
}
