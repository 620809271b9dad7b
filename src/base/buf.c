#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static int fail(struct buf *b)
{
    b->bad = 1;
    return -1;
}

static int reserve(struct buf *b, size_t n)
{
    size_t ceiling = b->ceiling ? b->ceiling : (size_t)1 << 30;
    if (b->bad || n > ceiling || b->size > ceiling - n)
        return fail(b);
    size_t need = b->size + n + 1;
    if (need <= b->room)
        return 0;
    size_t room = b->room ? b->room : 64;
    while (room < need)
        room *= 2;
    char *p = mem_array(b->data, room, 1);
    if (!p)
        return fail(b);
    b->data = p;
    b->room = room;
    return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (reserve(b, n))
        return -1;
    if (n)
        memcpy(b->data + b->size, bytes, n);
    b->size += n;
    b->data[b->size] = 0;
    return 0;
}

int buf_puts(struct buf *b, const char *s)
{
    return buf_add(b, s, strlen(s));
}

int buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || reserve(b, (size_t)n))
        return fail(b);
    va_start(args, format);
    vsnprintf(b->data + b->size, (size_t)n + 1, format, args);
    va_end(args);
    b->size += (size_t)n;
    return 0;
}

char *buf_take(struct buf *b)
{
    char *p = b->bad ? NULL : b->data;
    if (b->bad)
        mem_free(b->data);
    *b = (struct buf){.ceiling = b->ceiling};
    return p;
}

void buf_done(struct buf *b)
{
    mem_free(b->data);
    *b = (struct buf){.ceiling = b->ceiling};
}
