#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Thread-local: a test sets it for itself, the daemon's threads never. */
static _Thread_local long fail_in = -1;
static _Thread_local int failed;

void mem_fail_after(long n)
{
    fail_in = n;
    failed = 0;
}

int mem_failed(void)
{
    return failed;
}

static int injected(void)
{
    if (fail_in < 0)
        return 0;
    if (fail_in > 0) {
        fail_in--;
        return 0;
    }
    failed = 1;
    return 1;
}

void *mem_calloc(size_t n, size_t size)
{
    if (injected())
        return NULL;
    return calloc(n ? n : 1, size ? size : 1);
}

void *mem_new(size_t size)
{
    return mem_calloc(1, size);
}

/* Large blocks are touched as a whole right away: by large pages that is
 * several times faster. Only advice, of whole pages within the block. */
static void advise(unsigned char *p, size_t bytes)
{
    const size_t large = (size_t)2 << 20;
    size_t skip = (size_t)(-(uintptr_t)p % large);
    if (bytes >= 2 * large)
        (void)madvise(p + skip, (bytes - skip) / large * large,
                      MADV_HUGEPAGE);
}

void *mem_aligned(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || injected())
        return NULL;
    if (bytes > (size_t)-1 - 64)
        return NULL;
    bytes = (bytes + 63) / 64 * 64;
    if (!bytes)
        bytes = 64;
    void *p = aligned_alloc(64, bytes);
    if (p) {
        advise(p, bytes);
        memset(p, 0, bytes);
    }
    return p;
}

void *mem_array(void *old, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || injected())
        return NULL;
    return realloc(old, bytes ? bytes : 1);
}

char *mem_strndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *p = mem_calloc(len + 1, 1);
    if (p)
        memcpy(p, s, len);
    return p;
}

char *mem_strdup(const char *s)
{
    return mem_strndup(s, (size_t)-1 >> 1);
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : mem_calloc((size_t)n + 1, 1);
    if (!p)
        return NULL;
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return p;
}

void mem_free(void *p)
{
    free(p);
}
