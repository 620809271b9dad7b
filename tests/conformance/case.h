#ifndef TESTS_CONFORMANCE_CASE_H
#define TESTS_CONFORMANCE_CASE_H

#include "engine/engine.h"
#include "onnx/onnx.pb-c.h"

/* One case of the ONNX project's test data: a folder with model.onnx and
 * test_data_set_N/{input,output}_N.pb. */

enum outcome {
    PASSED,
    FAILED,      /* a wrong answer, a refusal, a crash, no answer in time */
    UNSUPPORTED, /* refused by name as nothing that can be computed */
    OUTCOMES
};

struct verdict {
    enum outcome outcome;
    char why[480]; /* one line; empty when passed */
};

/* What is to be known of a case before it runs. */
struct test_case {
    char *name;   /* "node/test_abs" */
    char *path;   /* of its folder */
    char *op;     /* the operator that it tests */
    char **types; /* the distinct operators of its model, n_types of them */
    int n_types;
    int in_scope; /* only the types and the domain that the goal counts */
    int tensors;  /* and no sequences or optionals among its ends */
    struct verdict verdict;
};

struct case_list {
    struct test_case *at;
    int n;
};

/* The cases below `data` whose names begin with one of the prefixes (with
 * or without the folder; none: all), sorted by name. Ends the program where
 * there is nothing to test. */
void cases_find(struct case_list *out, const char *data,
                char *const *prefixes, int n_prefixes);
void cases_free(struct case_list *l);

/* Runs the case in a child of its own. */
void case_run(struct test_case *c, enum engine_kind kind);

#endif
