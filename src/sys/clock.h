#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT = 32 };

/* Milliseconds since 1970 by the wall clock, which may jump. */
int64_t clock_now(void);

/* Milliseconds that only go forward, for waits and deadlines. */
int64_t clock_steady(void);

/* RFC 3339 in UTC, with milliseconds: 2026-01-02T03:04:05.678Z. */
const char *clock_text(char out[static CLOCK_TEXT], int64_t now);

#endif
