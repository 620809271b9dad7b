#ifndef TESTS_CONFORMANCE_REPORT_H
#define TESTS_CONFORMANCE_REPORT_H

#include "case.h"

/* The cases that may fail, each with why: lines "CASE: REASON"; what begins
 * with # is a remark. */
struct known {
    char **names, **reasons;
    int n;
};

/* Ends the program when the file cannot be read. */
void known_read(struct known *out, const char *path);
void known_free(struct known *k);
const char *known_reason(const struct known *k, const char *name);

/* What a case comes to beside the list: passed when it passed and is not
 * there, known when it did not and is; else it fails the suite. A crash and
 * a hang always do. */
enum standing { STANDS, KNOWN, BROKEN, MENDED, STANDINGS };
enum standing case_standing(const struct test_case *c, const struct known *k);

/* Rows by operator, then each case that did not pass, then counts; every
 * line behind `prefix`. */
void report_table(const struct case_list *l, const char *prefix);

/* One line of TAP a case, and the plan. */
void report_tap(const struct case_list *l, const struct known *k);

/* What fails the suite, and how many of each; 1 when something does. */
int report_verdict(const struct case_list *l, const struct known *k);

#endif
