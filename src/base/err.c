#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/export.h"

struct row {
    int code;
    int status;
    const char *slug, *title;
};

static const struct row rows[] = {
    {0, 0, "ok", "Done"},
#define XX(symbol, value, slug, status, title) {value, status, slug, title},
    PRUNE_ERROR_MAP(XX)
#undef XX
};

static const struct row *find(int code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code)
            return &rows[i];
    return &rows[1];
}

PRUNE_EXPORT const char *prune_error_slug(int code)
{
    return find(code)->slug;
}

PRUNE_EXPORT const char *prune_error_title(int code)
{
    return find(code)->title;
}

PRUNE_EXPORT int prune_error_status(int code)
{
    return find(code)->status;
}

void err_put(struct prune_error *err, int code, const char *format, ...)
{
    if (!err || err->code)
        return;
    va_list args;
    va_start(args, format);
    err->code = code;
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    /* A line stays a line, whatever a file had for a name. */
    for (char *p = err->text; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
}

void err_prefix(struct prune_error *err, const char *format, ...)
{
    if (!err)
        return;
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    char head[160];
    va_list args;
    va_start(args, format);
    vsnprintf(head, sizeof head, format, args);
    va_end(args);
    int code = err->code ? err->code : PRUNE_E_FAILED;
    err->code = 0;
    err_put(err, code, "%s: %s", head, old);
}
