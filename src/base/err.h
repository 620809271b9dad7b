#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#include "prune/error.h"

/* Fills `err` (which may be NULL) unless it already holds an error. A text
 * too long is cut. */
void err_put(struct prune_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, with the value `code`, so that `return err_set(err,
 * PRUNE_E_INPUT, "...")` is the whole of a guard clause. A macro, because
 * compilers and analyzers then see that the value is not 0, and that what
 * a failed call did not set is not used. `code` is named twice. */
#define err_set(err, code, ...)                                               \
    __extension__({                                                           \
        err_put((err), (code), __VA_ARGS__);                                  \
        (code);                                                               \
    })

/* Shorthand for a failed allocation of `what`. */
#define err_memory(err, what)                                                 \
    err_set((err), PRUNE_E_MEMORY, "not enough memory for %s", (what))

/* Puts "prefix: " before the text already in `err`, for callers that know
 * the file or the node. The code stays; `err` may be NULL. */
void err_prefix(struct prune_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
