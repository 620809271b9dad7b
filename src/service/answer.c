#include "service/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

const struct problem problems[] = {
#define PROBLEM(id, slug, status, title, help) {slug, title, help, status},
#include "service/problems.tbl"
};
const size_t n_problems = sizeof problems / sizeof *problems;

void answer_done(struct answer *a)
{
    json_decref(a->body);
    mem_free(a->location);
    mem_free(a->digest);
    *a = (struct answer){0};
}

const struct problem *problem_find(const char *slug)
{
    for (size_t i = 0; i < n_problems; i++)
        if (!strcmp(problems[i].slug, slug))
            return &problems[i];
    return NULL;
}

static json_t *problem_body(const struct problem *p, const char *detail)
{
    char type[64];
    snprintf(type, sizeof type, "/problems/%s", p->slug);
    json_t *body = json_object();
    if (json_put_text(body, "type", type) ||
        json_put_text(body, "title", p->title) ||
        json_put_int(body, "status", p->status) ||
        json_put_text(body, "detail", detail)) {
        json_decref(body);
        return NULL;
    }
    return body;
}

int answer_problem(struct answer *a, enum problem_id id, const char *detail,
                   ...)
{
    char text[1024];
    va_list args;
    va_start(args, detail);
    vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    answer_done(a);
    a->status = problems[id].status;
    a->body = problem_body(&problems[id], text);
    return -1;
}

void answer_blame(struct answer *a, const char *pointer, const char *detail,
                  ...)
{
    char text[512];
    va_list args;
    va_start(args, detail);
    vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    json_t *errors = json_object_get(a->body, "errors");
    if (!errors) {
        /* Without memory the problem goes out without its particulars. */
        if (json_put(a->body, "errors", json_array()))
            return;
        errors = json_object_get(a->body, "errors");
    }
    json_t *item = json_object();
    if (json_put_text(item, "pointer", pointer) ||
        json_put_text(item, "detail", text)) {
        json_decref(item);
        return;
    }
    (void)json_array_append_new(errors, item);
}

int answer_body(struct answer *a, int status, json_t *body)
{
    if (!body)
        return answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    answer_done(a);
    a->status = status;
    a->body = body;
    return 0;
}
