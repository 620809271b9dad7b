#ifndef SYS_LOG_H
#define SYS_LOG_H

#include <stdint.h>

/* One line an event on standard error: `time=… level=… event=… key=value`.
 * Keys and values come in pairs; values are quoted where they need it, a
 * NULL value drops its pair. Any thread may call; a line is one write(2).
 *
 *     log_info("job-started", "job", id, "attempt", LOG_INT(attempt)); */
#define log_info(...) log_write("info", __VA_ARGS__, (const char *)0)
#define log_warn(...) log_write("warn", __VA_ARGS__, (const char *)0)
#define log_error(...) log_write("error", __VA_ARGS__, (const char *)0)

/* A number as text that lives to the end of the enclosing block. */
#define LOG_INT(x) log_int((char[24]){0}, (int64_t)(x))

void log_write(const char *level, const char *event, ...)
    __attribute__((sentinel));
const char *log_int(char room[static 24], int64_t value);

#endif
