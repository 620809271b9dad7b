#include "base/buf.h"
#include "http/reply.h"

/* The table's own texts: these three characters alone need care. */
static void escaped(struct buf *b, const char *s)
{
    for (; *s; s++) {
        if (*s == '<')
            buf_puts(b, "&lt;");
        else if (*s == '>')
            buf_puts(b, "&gt;");
        else if (*s == '&')
            buf_puts(b, "&amp;");
        else
            buf_add(b, s, 1);
    }
}

static char *page(const struct problem *p)
{
    struct buf b = {0};
    buf_puts(&b, "<!doctype html>\n<html lang=\"en\">\n"
                 "<meta charset=\"utf-8\">\n<title>");
    escaped(&b, p->title);
    buf_puts(&b, "</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n"
                 "<main>\n<h1>");
    escaped(&b, p->title);
    buf_printf(&b, "</h1>\n<p><code>%s</code>, HTTP status %d</p>\n<p>",
               p->slug, p->status);
    escaped(&b, p->help);
    buf_puts(&b, "</p>\n</main>\n</html>\n");
    return buf_take(&b);
}

static enum http_step answer(struct http_request *r)
{
    const struct problem *p = problem_find(r->match.param[0]);
    if (!p)
        return reply_problem(r, PROBLEM_NOT_FOUND,
                             "no problem has that name");
    return reply_text(r, MHD_HTTP_OK, "text/html; charset=utf-8", page(p),
                      NULL);
}

const struct endpoint endpoint_problem_page = {
    .name = "problem_page",
    .answer = answer,
};
