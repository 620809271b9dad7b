#include <string.h>

#include "http/reply.h"
#include "http/text.h"

static int begin(struct http_request *r)
{
    const char *format = http_query(r, "format");
    if (format && strcmp(format, "csv") != 0 &&
        strcmp(format, "json") != 0)
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                              "format is '%.40s'; there are csv and json",
                              format);
    if (!http_query(r, "model") == !http_query(r, "group"))
        return answer_problem(&r->answer, PROBLEM_BAD_REQUEST,
                              "one of ?model= and ?group= is needed, and "
                              "not both");
    return 0;
}

static int wants_csv(const struct http_request *r)
{
    const char *format = http_query(r, "format");
    return format ? !strcmp(format, "csv")
                  : http_has_token(http_header(r, "Accept"), "text/csv");
}

static enum http_step answer(struct http_request *r)
{
    struct reader *reader = http_reader(r);
    if (!reader || read_compare(reader, http_query(r, "model"),
                                http_query(r, "group"), &r->answer))
        return HTTP_ANSWER;
    if (!wants_csv(r))
        return HTTP_ANSWER;
    return reply_text(r, MHD_HTTP_OK, "text/csv; charset=utf-8",
                      compare_csv(r->answer.body), NULL);
}

const struct endpoint endpoint_compare = {
    .name = "compare",
    .query = "model group format",
    .begin = begin,
    .answer = answer,
};
