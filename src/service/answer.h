#ifndef SERVICE_ANSWER_H
#define SERVICE_ANSWER_H

#include <jansson.h>
#include <stdint.h>

/* What a request came to, without a word of HTTP but its status numbers,
 * which are the shortest names there are for these outcomes. A zeroed
 * struct is empty; answer_done frees. */
struct answer {
    int status;       /* 200, 201, 202, 204, 303 or the problem's */
    json_t *body;     /* an object, or NULL: nothing to say */
    char *location;   /* path below the root, or NULL */
    char *digest;     /* SHA-256 of the thing spoken of, hex, or NULL */
    int64_t revision; /* > 0: changes whenever `body` would; for ETag */
    int retry_after;  /* seconds; 0: none */
};

void answer_done(struct answer *a);

/* The problems there are, service/problems.tbl. */
struct problem {
    const char *slug, *title, *help;
    int status;
};

extern const struct problem problems[];
extern const size_t n_problems;
enum problem_id {
#define PROBLEM(id, slug, status, title, help) PROBLEM_##id,
#include "service/problems.tbl"
};

/* The problem of that slug, or NULL. */
const struct problem *problem_find(const char *slug);

/* Makes `a` that problem: {"type": "/problems/slug", "title", "status",
 * "detail"}. Whatever `a` held is freed. Where memory is short the body is
 * NULL and the status still stands. Returns -1, so that `return
 * answer_problem(...)` is a guard clause's whole body. */
int answer_problem(struct answer *a, enum problem_id id, const char *detail,
                   ...) __attribute__((format(printf, 3, 4)));

/* Adds {"pointer": "/sparsity", "detail": …} to the problem's "errors". */
void answer_blame(struct answer *a, const char *pointer, const char *detail,
                  ...) __attribute__((format(printf, 3, 4)));

/* `a` becomes `status` with `body`, which is stolen, also on failure; a
 * NULL body means that memory ran out. 0, or -1 with a problem in `a`. */
int answer_body(struct answer *a, int status, json_t *body);

#endif
