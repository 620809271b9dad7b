#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#include "prune/error.h"

/* Fills `err` (which may be NULL) unless it already holds an error, and
 * returns `code`, so that `return err_set(err, PRUNE_E_INPUT, "...")` is
 * the whole of a guard clause. A text too long is cut. */
int err_set(struct prune_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Shorthand for a failed allocation of `what`. */
int err_memory(struct prune_error *err, const char *what);

/* Puts "prefix: " before the text already in `err`, for callers that know
 * the file or the node. The code stays; `err` may be NULL. */
void err_prefix(struct prune_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
