#ifndef PRUNE_DESCRIBE_H
#define PRUNE_DESCRIBE_H

#include "prune/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Techniques, criteria, recovery steps, settings with type, range, default
 * and users, limits and version, as JSON (prune_free): all that a program
 * needs to offer them. */
int prune_describe(char **result, struct prune_error *err);

/* "0.1.0". Static storage. */
const char *prune_version(void);

/* Frees what a prune_ function returned; NULL is fine. */
void prune_free(void *p);

#ifdef __cplusplus
}
#endif
#endif
