#include "service/answer.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

Test(answer, every_problem_is_told_from_the_others)
{
    for (size_t i = 0; i < n_problems; i++) {
        const struct problem *p = &problems[i];
        cr_assert_eq(problem_find(p->slug), p, "%s is there twice", p->slug);
        cr_assert(p->status >= 400 && p->status < 600, "%s", p->slug);
        cr_assert_gt(strlen(p->title), 5);
        cr_assert_gt(strlen(p->help), 20);
        cr_assert_eq(strspn(p->slug, "abcdefghijklmnopqrstuvwxyz-"),
                     strlen(p->slug));
    }
    cr_assert_null(problem_find("nonsense"));
}

Test(answer, a_problem_is_a_document)
{
    struct answer a = {0};
    cr_assert_eq(answer_problem(&a, PROBLEM_QUEUE_FULL, "%d of %d", 3, 3),
                 -1);
    answer_blame(&a, "/sparsity", "must be %s", "less");
    answer_blame(&a, "/seed", "must be more");
    cr_assert_eq(a.status, 503);
    cr_assert_str_eq(json_text(a.body, "type", ""), "/problems/queue-full");
    cr_assert_str_eq(json_text(a.body, "detail", ""), "3 of 3");
    cr_assert_eq(json_int(a.body, "status", 0), 503);
    const json_t *errors = json_object_get(a.body, "errors");
    cr_assert_eq(json_array_size(errors), 2);
    cr_assert_str_eq(json_text(json_array_get(errors, 0), "pointer", ""),
                     "/sparsity");
    answer_done(&a);
    cr_assert_eq(a.status, 0);
}

Test(answer, a_problem_replaces_what_was_there)
{
    struct answer a = {0};
    cr_assert_eq(answer_body(&a, 200, json_object()), 0);
    a.location = mem_strdup("/here");
    answer_problem(&a, PROBLEM_NOT_FOUND, "gone");
    cr_assert_null(a.location);
    cr_assert_eq(a.status, 404);
    cr_assert_eq(answer_body(&a, 200, NULL), -1);
    cr_assert_eq(a.status, 500);
    answer_done(&a);
}
