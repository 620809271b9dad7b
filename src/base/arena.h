#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/* Many small things that live and die together. A zeroed struct arena is
 * empty and ready. */
struct arena {
    struct arena_block *blocks;
    size_t total; /* bytes handed out */
    size_t limit; /* 0: none */
};

/* `n` items of `size` bytes, zeroed, 16-byte aligned, or NULL. */
void *arena_calloc(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* Frees everything; the arena is empty and ready again. */
void arena_done(struct arena *a);

#endif
