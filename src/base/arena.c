#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

enum { ALIGN = 16, BLOCK = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(16) unsigned char bytes[];
};

static struct arena_block *grow(struct arena *a, size_t need)
{
    size_t size = need > BLOCK ? need : BLOCK;
    if (size > SIZE_MAX / 2)
        return NULL;
    struct arena_block *b = mem_calloc(1, sizeof *b + size);
    if (!b)
        return NULL;
    b->size = size;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 4)
        return NULL;
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (a->limit && (bytes > a->limit || a->total > a->limit - bytes))
        return NULL;
    struct arena_block *b = a->blocks;
    if (!b || b->size - b->used < bytes)
        b = grow(a, bytes);
    if (!b)
        return NULL;
    void *p = b->bytes + b->used;
    b->used += bytes;
    a->total += bytes;
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *p = arena_calloc(a, len + 1, 1);
    if (p)
        memcpy(p, s, len);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

void arena_done(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        mem_free(a->blocks);
        a->blocks = next;
    }
    a->total = 0;
}
