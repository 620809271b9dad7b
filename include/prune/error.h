#ifndef PRUNE_ERROR_H
#define PRUNE_ERROR_H

/* Errors of libprune.
 *
 * Every function that can fail returns 0 or one of the negative codes below
 * and, when the caller passed one, fills a struct prune_error. The struct is
 * the caller's, has a fixed size, and setting it never allocates. The first
 * error wins: later ones do not overwrite it. On failure the outputs of a
 * function are untouched. */

/* XX(symbol, value, slug, exit status of the command line, title) */
#define PRUNE_ERROR_MAP(XX)                                                   \
    XX(FAILED, -1, "failed", 1, "The work failed")                            \
    XX(USAGE, -2, "invalid-setting", 2, "A setting is not usable")            \
    XX(INPUT, -3, "invalid-input", 3, "An input file is not acceptable")      \
    XX(TARGET, -4, "target-not-met", 4, "The target could not be met")        \
    XX(NOTHING, -5, "nothing-to-prune", 4, "There is nothing to prune")       \
    XX(MEMORY, -6, "out-of-memory", 1, "Memory is short")                     \
    XX(CANCELED, -7, "canceled", 130, "The work was interrupted")             \
    XX(UNSUPPORTED, -8, "unsupported-operator", 3,                            \
       "A needed operator is not supported")

enum prune_code {
    PRUNE_OK = 0,
#define XX(symbol, value, slug, status, title) PRUNE_E_##symbol = (value),
    PRUNE_ERROR_MAP(XX)
#undef XX
};

struct prune_error {
    int code;       /* 0 or a PRUNE_E_* code */
    char text[480]; /* one line, NUL-terminated: what, where, what to do */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The short name of a code as used in reports and problem documents, for
 * example "target-not-met"; "ok" for 0. Static storage. */
const char *prune_error_slug(int code);

/* A title for people, for example "The target could not be met". */
const char *prune_error_title(int code);

/* The exit status of `prune` for a code: 0, 1, 2, 3, 4 or 130. */
int prune_error_status(int code);

#ifdef __cplusplus
}
#endif
#endif
