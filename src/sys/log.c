#include "sys/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/clock.h"

enum { LINE = 2048 };

/* A line under way; what does not fit is cut. */
struct line {
    char text[LINE];
    size_t n;
};

static void add_char(struct line *l, char c)
{
    if (l->n < LINE - 1)
        l->text[l->n++] = c;
}

static void add_text(struct line *l, const char *s)
{
    while (*s)
        add_char(l, *s++);
}

static int is_plain(const char *s)
{
    if (!*s)
        return 0;
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == '"' || *s == '=' ||
            *s == '\\' || *s == 127)
            return 0;
    return 1;
}

static void add_quoted(struct line *l, const char *s)
{
    add_char(l, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') {
            add_char(l, '\\');
            add_char(l, *s);
        } else if (*s == '\n') {
            add_text(l, "\\n");
        } else {
            add_char(l, (unsigned char)*s < ' ' || *s == 127 ? ' ' : *s);
        }
    }
    add_char(l, '"');
}

static void add_pair(struct line *l, const char *key, const char *value)
{
    if (l->n)
        add_char(l, ' ');
    add_text(l, key);
    add_char(l, '=');
    if (is_plain(value))
        add_text(l, value);
    else
        add_quoted(l, value);
}

void log_write(const char *level, const char *event, ...)
{
    struct line l = {.n = 0};
    char now[CLOCK_TEXT];
    add_pair(&l, "time", clock_text(now, clock_now()));
    add_pair(&l, "level", level);
    add_pair(&l, "event", event);
    va_list args;
    va_start(args, event);
    for (const char *key; (key = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (value)
            add_pair(&l, key, value);
    }
    va_end(args);
    l.text[l.n++] = '\n';
    /* A log that cannot be written has nowhere to complain. */
    ssize_t unheard = write(STDERR_FILENO, l.text, l.n);
    (void)unheard;
}

const char *log_int(char room[static 24], int64_t value)
{
    snprintf(room, 24, "%" PRId64, value);
    return room;
}
