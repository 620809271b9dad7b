#include "http/receive.h"

#include <stdio.h>

#include "base/json.h"
#include "http/digest.h"
#include "http/etag.h"
#include "http/text.h"

/* The digest that the client announces: 1, 0 or -1 with a problem. */
static int announced_digest(struct http_request *r,
                            char hex[static SHA256_HEX])
{
    int rc = digest_read(hex, http_header(r, "Repr-Digest"));
    if (rc == 0)
        rc = digest_read(hex, http_header(r, "Content-Digest"));
    if (rc < 0)
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                              "Repr-Digest or Content-Digest does not read "
                              "sha-256=:BASE64 OF 32 BYTES:");
    return rc;
}

/* If-Match: the bytes that the name points to must be among those named. */
static int check_match(struct http_request *r, enum upload_kind kind,
                       const char *name)
{
    const char *wanted = http_header(r, "If-Match");
    char etag[SHA256_HEX + 16] = "";
    if (!wanted || !name)
        return 0;
    struct reader *reader = http_reader(r);
    if (!reader)
        return -1;
    int rc = kind == UPLOAD_MODEL ? read_model(reader, name, &r->answer)
             : kind == UPLOAD_DATA
                 ? read_model_data(reader, name, r->match.param[1],
                                   &r->answer)
                 : read_dataset(reader, name, &r->answer);
    if (rc == 0)
        snprintf(etag, sizeof etag, "\"sha256:%s\"",
                 json_text(r->answer.body, "sha256", ""));
    answer_done(&r->answer);
    if (rc == 0 && etag_listed(wanted, etag, 0))
        return 0;
    return answer_problem(&r->answer, PROBLEM_PRECONDITION_FAILED,
                          "If-Match does not name what '%s' is now", name);
}

static int64_t announced_size(const struct http_request *r)
{
    uint64_t n;
    const char *length = http_header(r, "Content-Length");
    return length && http_u64(&n, length) == 0 && n <= INT64_MAX
               ? (int64_t)n
               : -1;
}

int receive_begin(struct http_request *r, enum upload_kind kind,
                  const char *name, const json_t *settings)
{
    char hex[SHA256_HEX];
    int digest = announced_digest(r, hex);
    if (digest < 0)
        return -1;
    if (name && !http_name_ok(name))
        return answer_problem(&r->answer, PROBLEM_INVALID_NAME,
                              "'%.200s' is no name: 1 to 128 of "
                              "[A-Za-z0-9._-], not beginning with a dot",
                              name);
    if (check_match(r, kind, name))
        return -1;
    struct upload_request request = {
        .kind = kind,
        .name = name,
        .file = kind == UPLOAD_DATA ? r->match.param[1] : NULL,
        .size = announced_size(r),
        .sha256 = digest ? hex : NULL,
        .only_if_new = etag_listed(http_header(r, "If-None-Match"), "*", 1),
        .settings = settings,
    };
    return upload_begin(&r->upload, r->service, &request, &r->answer);
}

enum http_step receive_answer(struct http_request *r)
{
    struct upload *u = r->upload;
    r->upload = NULL;
    return http_posted(r, service_post_upload(r->service, u, http_answered,
                                              r));
}
