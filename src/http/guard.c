#include "http/guard.h"

#include <string.h>
#include <strings.h>

struct seen {
    int lengths, encodings, hosts;
    const char *wrong;
};

static int is_token(const char *name)
{
    const unsigned char *s = (const unsigned char *)name;
    for (; *s; s++)
        if (*s <= ' ' || *s >= 127 || strchr("()<>@,;:\\\"/[]?={}", *s))
            return 0;
    return s != (const unsigned char *)name;
}

static int is_number(const char *value)
{
    return value && *value && !value[strspn(value, "0123456789")];
}

static enum MHD_Result look(void *data, enum MHD_ValueKind kind,
                            const char *name, const char *value)
{
    struct seen *s = data;
    (void)kind;
    if (!is_token(name))
        s->wrong = "a header's name is malformed";
    if (!strcasecmp(name, "Content-Length")) {
        s->lengths++;
        if (!is_number(value))
            s->wrong = "Content-Length is no number";
    }
    if (!strcasecmp(name, "Transfer-Encoding")) {
        s->encodings++;
        if (!value || strcasecmp(value, "chunked") != 0)
            s->wrong = "Transfer-Encoding is not 'chunked'";
    }
    s->hosts += !strcasecmp(name, "Host");
    return MHD_YES;
}

const char *guard_headers(struct MHD_Connection *conn, const char *version)
{
    struct seen s = {0};
    int newest = !strcmp(version, MHD_HTTP_VERSION_1_1);
    MHD_get_connection_values(conn, MHD_HEADER_KIND, look, &s);
    if (s.wrong)
        return s.wrong;
    if (s.lengths > 1)
        return "Content-Length is given twice";
    if (s.encodings > 1)
        return "Transfer-Encoding is given twice";
    if (s.lengths && s.encodings)
        return "both Content-Length and Transfer-Encoding are given";
    if (s.encodings && !newest)
        return "Transfer-Encoding needs HTTP/1.1";
    if (s.hosts > 1)
        return "Host is given twice";
    if (newest && !s.hosts)
        return "the Host header is missing";
    return NULL;
}

static int escaped(const char *p, const char *what)
{
    return p[0] == '%' && p[1] == what[0] && p[1] && (p[2] | 32) == what[1];
}

/* Whether the segment that ends at `end` is "", "." or "..", where dots may
 * be escaped. */
static int is_dots(const char *p, const char *end)
{
    int n = 0;
    while (p < end) {
        if (*p == '.')
            p++;
        else if (escaped(p, "2e"))
            p += 3;
        else
            return 0;
        n++;
    }
    return n == 1 || n == 2;
}

const char *guard_path(const char *path)
{
    if (*path != '/')
        return "the path does not begin with a slash";
    for (const char *p = path; *p; p++) {
        if ((unsigned char)*p <= ' ' || *p == 127 || *p == '\\')
            return "the path holds a byte that must be escaped";
        if (escaped(p, "00") || escaped(p, "2f") || escaped(p, "5c"))
            return "the path holds an escaped slash, backslash or NUL";
    }
    for (const char *p = path; p;) {
        const char *start = p + 1, *end = strchr(start, '/');
        if (end ? end == start : 0)
            return "the path holds an empty segment";
        if (is_dots(start, end ? end : start + strlen(start)))
            return "the path holds a segment of dots alone";
        p = end;
    }
    return NULL;
}
