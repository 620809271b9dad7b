#include <string.h>
#include <strings.h>

#include "http/form.h"
#include "http/guard.h"
#include "http/private.h"
#include "http/reply.h"
#include "http/text.h"
#include "sys/log.h"

/* A request's way through the house: guard, origin, route, limits, all
 * before its body is read; then the body; then the endpoint, again and
 * again while it has to wait; then the response. */

void *handler_begin(void *data, const char *uri, struct MHD_Connection *conn)
{
    return request_new(data, uri, conn);
}

static int refuse(struct http_request *r, enum problem_id id,
                  const char *detail)
{
    return answer_problem(&r->answer, id, "%s", detail);
}

static int has_body(const struct http_request *r)
{
    const char *length = http_header(r, "Content-Length");
    return http_header(r, "Transfer-Encoding") ||
           (length && strcmp(length, "0") != 0);
}

/* Bytes that the request announces; -1: it does not say. */
static int64_t announced(const struct http_request *r)
{
    uint64_t n;
    const char *length = http_header(r, "Content-Length");
    if (!length || http_u64(&n, length) || n > INT64_MAX)
        return length ? INT64_MAX : -1;
    return (int64_t)n;
}

static int check_origin(struct http_request *r)
{
    const char *why = origin_refusal(&r->server->origin,
                                     http_header(r, "Host"),
                                     http_header(r, "Origin"),
                                     http_header(r, "Sec-Fetch-Site"));
    return why ? refuse(r, PROBLEM_FOREIGN_ORIGIN, why) : 0;
}

static int check_route(struct http_request *r)
{
    route_find(&r->match, route_method(r->method), r->path);
    if (r->match.route)
        return 0;
    if (r->match.allowed)
        return answer_problem(&r->answer, PROBLEM_METHOD_NOT_ALLOWED,
                              "%.20s is not for %.200s", r->method, r->path);
    return answer_problem(&r->answer, PROBLEM_NOT_FOUND,
                          "there is nothing at %.200s; GET /v1 lists what "
                          "there is", r->path);
}

static int64_t body_limit(const struct http_request *r)
{
    switch (r->match.route->body) {
    case BODY_FILE:
        return service_config(r->service)->max_upload;
    case BODY_FIELDS:
        return HTTP_FIELDS_LIMIT;
    default:
        return HTTP_STRAY_LIMIT;
    }
}

static int too_large(struct http_request *r)
{
    return answer_problem(&r->answer, PROBLEM_TOO_LARGE,
                          "the body is larger than the %lld bytes that are "
                          "taken here", (long long)body_limit(r));
}

/* Form and length of the body, by its headers. */
static int check_body(struct http_request *r)
{
    const char *type = http_header(r, "Content-Type");
    const char *coding = http_header(r, "Content-Encoding");
    if (http_is_type(type, "multipart/"))
        return refuse(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                      "multipart forms are not read; upload the file raw: "
                      "curl -T FILE URL");
    if (coding && strcasecmp(coding, "identity") != 0)
        return answer_problem(&r->answer, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                              "Content-Encoding %.40s is not undone here; "
                              "send the body as it is", coding);
    if (route_method(r->method) == HTTP_PUT &&
        http_header(r, "Content-Range"))
        return refuse(r, PROBLEM_CONTENT_RANGE,
                      "Content-Range would store a part of the file as if "
                      "it were the whole; send it whole, without -C");
    if (announced(r) > body_limit(r))
        return too_large(r);
    return 0;
}

static int read_query(struct http_request *r)
{
    struct prune_error e = {0};
    if (form_parse(&r->query, r->query_text, strlen(r->query_text), &e))
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST, "query: %s",
                              e.text);
    return 0;
}

/* Everything that can be refused before the body is read. */
static int check(struct http_request *r)
{
    const struct endpoint *e;
    if (check_origin(r) || check_route(r) || check_body(r) || read_query(r))
        return -1;
    e = r->match.route->endpoint;
    if (e->query && http_query_only(r, e->query))
        return -1;
    return e->begin ? e->begin(r) : 0;
}

/* A refusal goes out at once, and closes the connection, where waiting for
 * the body would be dear; a short body is rather read and thrown away, so
 * that the connection can go on and the answer surely arrives. */
static enum MHD_Result send_refusal(struct http_request *r)
{
    int64_t n = announced(r);
    if (has_body(r) &&
        (http_header(r, "Expect") || n > HTTP_FIELDS_LIMIT))
        return reply_send(r);
    r->stage = STAGE_REFUSED;
    return MHD_YES;
}

static enum MHD_Result start(struct http_request *r, const char *method,
                             const char *version)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        r->conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    r->peer = info ? info->socket_context : NULL;
    r->method = method;
    if (!r->peer)
        return MHD_NO;
    const char *wrong = guard_headers(r->conn, version);
    if (wrong) {
        refuse(r, PROBLEM_BAD_FRAMING, wrong);
        return reply_send(r);
    }
    wrong = guard_path(r->path);
    if (wrong) {
        refuse(r, PROBLEM_INVALID_NAME, wrong);
        return reply_send(r);
    }
    if (has_body(r))
        watchdog_phase(r->server, r->peer, PEER_BODY);
    if (check(r))
        return send_refusal(r);
    r->stage = STAGE_BODY;
    return MHD_YES;
}

/* One piece of an accepted body: 0, or -1 when it is refused after all. */
static int keep(struct http_request *r, const char *bytes, size_t n)
{
    if (r->match.route->body == BODY_FILE)
        return upload_write(r->upload, bytes, n, &r->answer);
    if (r->received > (uint64_t)body_limit(r))
        return too_large(r);
    if (r->match.route->body == BODY_FIELDS &&
        buf_add(&r->body, bytes, n))
        return refuse(r, PROBLEM_INTERNAL, "not enough memory for the body");
    return 0;
}

static enum MHD_Result piece(struct http_request *r, const char *bytes,
                             size_t n)
{
    r->received += n;
    watchdog_bytes(r->server, r->peer, n);
    if (r->stage == STAGE_BODY && keep(r, bytes, n)) {
        upload_drop(r->upload);
        r->upload = NULL;
        r->received = 0;
        r->stage = STAGE_REFUSED;
    }
    /* What is announced is bounded by our own limit; what is not is cut. */
    if (r->stage == STAGE_REFUSED && announced(r) < 0 &&
        r->received > HTTP_SLACK)
        return MHD_NO;
    return MHD_YES;
}

/* The fields of a body. Text that begins with a brace is JSON whatever its
 * type says, since `curl -d` calls everything a form. */
static int read_fields(struct http_request *r)
{
    struct prune_error e = {0};
    const char *type = http_header(r, "Content-Type");
    const char *text = r->body.data ? r->body.data : "";
    int brace = text[strspn(text, " \t\r\n")] == '{';
    int form = http_is_type(type, "application/x-www-form-urlencoded");
    if (r->body.size && !brace && !form &&
        !http_is_type(type, "application/json"))
        return refuse(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                      "the body is neither application/json nor "
                      "application/x-www-form-urlencoded");
    r->fields_are_text = !brace && !http_is_type(type, "application/json");
    int rc = r->fields_are_text
                 ? form_parse(&r->fields, text, r->body.size, &e)
                 : form_parse_json(&r->fields, text, r->body.size, &e);
    if (rc)
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST, "body: %s",
                              e.text);
    return 0;
}

/* The endpoint's steps until there is an answer or something to wait for. */
static enum MHD_Result work(struct http_request *r)
{
    for (;;) {
        if (r->posted ? r->answered
                      : r->match.route->endpoint->answer(r) == HTTP_ANSWER)
            return reply_send(r);
        if (http_sleep(r))
            return MHD_YES;
    }
}

static enum MHD_Result finish(struct http_request *r)
{
    watchdog_phase(r->server, r->peer, PEER_BUSY);
    if (r->stage == STAGE_REFUSED)
        return reply_send(r);
    r->stage = STAGE_ANSWER;
    if (r->match.route->body == BODY_FIELDS && read_fields(r))
        return reply_send(r);
    return work(r);
}

enum MHD_Result handler_step(void *data, struct MHD_Connection *conn,
                             const char *url, const char *method,
                             const char *version, const char *upload,
                             size_t *upload_size, void **state)
{
    struct http_request *r = *state;
    (void)data;
    (void)conn;
    (void)url;
    if (!r)
        return MHD_NO;
    if (r->stage == STAGE_NEW)
        return start(r, method, version);
    if (*upload_size) {
        size_t n = *upload_size;
        *upload_size = 0;
        return piece(r, upload, n);
    }
    return r->stage == STAGE_ANSWER ? work(r) : finish(r);
}

/* Reads are many and say little; changes and failures are told. */
static void tell(const struct http_request *r,
                 enum MHD_RequestTerminationCode why)
{
    if (r->stage != STAGE_SENT) {
        log_info("request-broken", "request", r->id, "path", r->path);
        return;
    }
    if (route_method(r->method) == HTTP_GET && r->status < 500)
        return;
    log_info("request", "request", r->id, "method", r->method, "path",
             r->path, "status", LOG_INT(r->status), "complete",
             why == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "yes" : "no");
}

void handler_end(void *data, struct MHD_Connection *conn, void **state,
                 enum MHD_RequestTerminationCode why)
{
    struct http_request *r = *state;
    (void)conn;
    *state = NULL;
    if (!r)
        return;
    tell(r, why);
    if (r->peer)
        watchdog_phase(data, r->peer, PEER_IDLE);
    request_free(r);
}
