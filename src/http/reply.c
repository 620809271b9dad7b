#include "http/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "http/digest.h"
#include "http/etag.h"
#include "http/range.h"
#include "http/text.h"

void reply_header(struct http_request *r, const char *name,
                  const char *value)
{
    if (r->response && value)
        MHD_add_response_header(r->response, name, value);
}

/* What every answer carries. Nothing of ours is to be guessed at, framed,
 * or read by pages of other sites. */
static void common_headers(struct http_request *r)
{
    reply_header(r, "X-Content-Type-Options", "nosniff");
    reply_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    reply_header(r, "X-Request-Id", r->id);
}

static void page_headers(struct http_request *r)
{
    reply_header(r, "Content-Security-Policy",
                 "default-src 'self'; img-src 'self' data:; "
                 "base-uri 'none'; "
                 "form-action 'self'; frame-ancestors 'none'");
    reply_header(r, "Referrer-Policy", "no-referrer");
}

/* A response without a body. */
static enum http_step empty(struct http_request *r, unsigned status)
{
    r->status = status;
    r->response = MHD_create_response_from_buffer(0, (void *)"",
                                                  MHD_RESPMEM_PERSISTENT);
    return HTTP_ANSWER;
}

enum http_step reply_problem(struct http_request *r, enum problem_id id,
                             const char *detail)
{
    answer_problem(&r->answer, id, "%s", detail);
    return HTTP_ANSWER;
}

/* Whether the client has these bytes already: r->response is then 304. */
static int unchanged(struct http_request *r, const char *etag)
{
    if (!etag || !etag_listed(http_header(r, "If-None-Match"), etag, 1) ||
        route_method(r->method) != HTTP_GET)
        return 0;
    empty(r, MHD_HTTP_NOT_MODIFIED);
    reply_header(r, "ETag", etag);
    return 1;
}

static void typed(struct http_request *r, unsigned status, const char *type,
                  const char *etag)
{
    r->status = status;
    reply_header(r, "Content-Type", type);
    reply_header(r, "ETag", etag);
    reply_header(r, "Cache-Control", etag ? "no-cache" : "no-store");
    if (http_is_type(type, "text/html"))
        page_headers(r);
}

enum http_step reply_text(struct http_request *r, unsigned status,
                          const char *type, char *text, const char *etag)
{
    if (!text)
        return reply_problem(r, PROBLEM_INTERNAL, "not enough memory");
    if (unchanged(r, etag)) {
        mem_free(text);
        return HTTP_ANSWER;
    }
    r->response = MHD_create_response_from_buffer(strlen(text), text,
                                                  MHD_RESPMEM_MUST_FREE);
    if (!r->response)
        mem_free(text);
    typed(r, status, type, etag);
    return HTTP_ANSWER;
}

enum http_step reply_static(struct http_request *r, const char *type,
                            const void *bytes, size_t n, const char *etag)
{
    if (unchanged(r, etag))
        return HTTP_ANSWER;
    r->response = MHD_create_response_from_buffer(n, (void *)bytes,
                                                  MHD_RESPMEM_PERSISTENT);
    typed(r, MHD_HTTP_OK, type, etag);
    return HTTP_ANSWER;
}

/* JSON that leaves a terminal's prompt on a line of its own. */
static char *line_of(const json_t *body)
{
    struct buf b = {0};
    char *text = json_dump(body);
    if (text)
        buf_puts(&b, text);
    mem_free(text);
    buf_puts(&b, "\n");
    if (text)
        return buf_take(&b);
    buf_done(&b);
    return NULL;
}

static enum http_step unsatisfiable(struct http_request *r, int64_t size)
{
    char value[64];
    snprintf(value, sizeof value, "bytes */%" PRId64, size);
    reply_problem(r, PROBLEM_RANGE_NOT_SATISFIABLE,
                  "the range begins at or after the end");
    char *text = line_of(r->answer.body);
    reply_text(r, MHD_HTTP_RANGE_NOT_SATISFIABLE,
               "application/problem+json", text, NULL);
    reply_header(r, "Content-Range", value);
    return HTTP_ANSWER;
}

/* The part of the file, as a response that owns the descriptor. */
static void send_part(struct http_request *r, struct read_file *f,
                      const struct range *part, enum range_kind kind)
{
    char value[96];
    r->status = kind == RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK;
    if (part->size)
        r->response = MHD_create_response_from_fd_at_offset64(
            part->size, f->fd, part->first);
    else
        empty(r, MHD_HTTP_OK);
    if (!r->response)
        return;
    if (part->size)
        f->fd = -1;
    if (kind != RANGE_PART)
        return;
    snprintf(value, sizeof value, "bytes %" PRIu64 "-%" PRIu64 "/%" PRId64,
             part->first, part->first + part->size - 1, f->size);
    reply_header(r, "Content-Range", value);
}

static void file_headers(struct http_request *r, const struct read_file *f,
                         const char *type, const char *etag)
{
    char value[sizeof f->name + 32], digest[DIGEST_HEADER];
    typed(r, r->status, type, *f->sha256 ? etag : NULL);
    reply_header(r, "Accept-Ranges", "bytes");
    if (*f->sha256 && digest_write(digest, f->sha256) == 0)
        reply_header(r, "Repr-Digest", digest);
    if (!*f->name)
        return;
    snprintf(value, sizeof value, "attachment; filename=\"%s\"", f->name);
    reply_header(r, "Content-Disposition", value);
}

enum http_step reply_file(struct http_request *r, struct read_file *f,
                                 const char *type)
{
    char etag[SHA256_HEX + 16];
    struct range part;
    snprintf(etag, sizeof etag, "\"sha256:%s\"", f->sha256);
    if (*f->sha256 && unchanged(r, etag)) {
        close(f->fd);
        return HTTP_ANSWER;
    }
    const char *asked = http_header(r, "Range");
    if (!etag_range_holds(http_header(r, "If-Range"), etag))
        asked = NULL;
    enum range_kind kind = range_parse(&part, asked, (uint64_t)f->size);
    if (kind == RANGE_UNSATISFIABLE) {
        unsatisfiable(r, f->size);
    } else {
        send_part(r, f, &part, kind);
        file_headers(r, f, type, etag);
    }
    if (f->fd >= 0)
        close(f->fd);
    return HTTP_ANSWER;
}

enum http_step reply_read(struct http_request *r, reply_read_f *read,
                          const char *type)
{
    struct read_file file = {.fd = -1};
    struct reader *reader = http_reader(r);
    if (!reader || read(reader, r->match.param[0], &file, &r->answer))
        return HTTP_ANSWER;
    return reply_file(r, &file, type);
}

static const char *answer_etag(char *out, size_t size,
                               const struct answer *a)
{
    if (a->status >= 300)
        return NULL;
    if (a->digest)
        snprintf(out, size, "\"sha256:%s\"", a->digest);
    else if (a->revision > 0)
        snprintf(out, size, "\"%" PRId64 "\"", a->revision);
    else
        return NULL;
    return out;
}

/* Link: rel="next" of a list: the same query with another `after`. */
static void link_next(struct http_request *r)
{
    const char *next = json_text(r->answer.body, "next", NULL);
    const char *key;
    json_t *value;
    struct buf b = {.ceiling = 16 << 10};
    if (!next || r->answer.status != MHD_HTTP_OK)
        return;
    buf_printf(&b, "<%s?after=", r->path);
    http_encode(&b, next);
    json_object_foreach(r->query, key, value)
    {
        if (!strcmp(key, "after"))
            continue;
        buf_puts(&b, "&");
        http_encode(&b, key);
        buf_puts(&b, "=");
        http_encode(&b, json_string_value(value));
    }
    buf_puts(&b, ">; rel=\"next\"");
    if (!b.bad)
        reply_header(r, "Link", b.data);
    buf_done(&b);
}

/* The headers that an answer of the service asks for. */
static void answer_headers(struct http_request *r)
{
    char text[64];
    const struct answer *a = &r->answer;
    reply_header(r, "Location", a->location);
    if (a->retry_after > 0) {
        snprintf(text, sizeof text, "%d", a->retry_after);
        reply_header(r, "Retry-After", text);
    }
    if (a->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        reply_header(r, "Allow", route_allow(text, r->match.allowed));
    if (a->digest && route_method(r->method) == HTTP_PUT &&
        digest_write(text, a->digest) == 0)
        reply_header(r, "Repr-Digest", text);
    if (a->status == 413) {
        snprintf(text, sizeof text, "max-size=%" PRId64,
                 service_config(r->service)->max_upload);
        reply_header(r, "Upload-Limit", text);
    }
    if (r->applied) {
        snprintf(text, sizeof text, "wait=%d", r->applied);
        reply_header(r, "Preference-Applied", text);
    }
    link_next(r);
}

/* The request's own address goes into its problem. */
static void name_instance(struct http_request *r)
{
    json_t *path = json_sprintf("/requests/%s", r->id);
    json_put(r->answer.body, "instance", path);
}

static void from_answer(struct http_request *r)
{
    char etag[SHA256_HEX + 16];
    struct answer *a = &r->answer;
    unsigned status = (unsigned)a->status;
    if (status >= 400 && a->body)
        name_instance(r);
    if (!a->body)
        empty(r, status);
    else
        reply_text(r, status,
                   status >= 400 ? "application/problem+json"
                                 : "application/json",
                   line_of(a->body), answer_etag(etag, sizeof etag, a));
    answer_headers(r);
}

enum MHD_Result reply_send(struct http_request *r)
{
    if (!r->response)
        from_answer(r);
    if (!r->response)
        empty(r, MHD_HTTP_SERVICE_UNAVAILABLE);
    if (!r->response)
        return MHD_NO;
    common_headers(r);
    if (r->stage == STAGE_NEW)
        reply_header(r, "Connection", "close");
    r->stage = STAGE_SENT;
    enum MHD_Result rc = MHD_queue_response(r->conn, r->status, r->response);
    MHD_destroy_response(r->response);
    r->response = NULL;
    return rc;
}
