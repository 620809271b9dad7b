#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

/* A growable run of bytes with a ceiling. Always NUL-terminated once
 * anything was added. A failed append sets `bad` and every later one fails
 * too, so that a writer may check once at the end. */
struct buf {
    char *data;
    size_t size;    /* bytes in use, without the NUL */
    size_t room;    /* bytes allocated */
    size_t ceiling; /* most bytes it may hold; 0: 1 GiB */
    int bad;
};

int buf_add(struct buf *b, const void *bytes, size_t n);
int buf_puts(struct buf *b, const char *s);
int buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes are the caller's now (mem_free); NULL when `bad`. */
char *buf_take(struct buf *b);
void buf_done(struct buf *b);

#endif
