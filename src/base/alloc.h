#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Memory. Every size is checked for overflow, every call may return NULL,
 * and tests can make the n-th call do so. Memory is zeroed: a half-built
 * object can always be freed. */

/* `n` items of `size` bytes, zeroed; NULL on overflow or want of memory.
 * n = 0 gives a valid pointer to free. */
void *mem_calloc(size_t n, size_t size) __attribute__((malloc));

/* One zeroed object of `size` bytes. */
void *mem_new(size_t size) __attribute__((malloc));

/* 64-byte aligned, zeroed, for kernels. Freed by mem_free as well. */
void *mem_aligned(size_t n, size_t size) __attribute__((malloc));

/* `old` grown or shrunk to n items; the new part is NOT zeroed. On failure
 * NULL is returned and `old` stays valid. */
void *mem_array(void *old, size_t n, size_t size);

/* A copy of a string, or of the first n bytes of one, NUL added. */
char *mem_strdup(const char *s) __attribute__((malloc));
char *mem_strndup(const char *s, size_t n) __attribute__((malloc));

/* printf into fresh memory. */
char *mem_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2), malloc));

/* NULL is fine. */
void mem_free(void *p);

/* For tests: the n-th allocation from now on (0 = the next) fails, and all
 * after it, until mem_fail_after(-1). One thread only. */
void mem_fail_after(long n);

/* Whether an injected failure has happened since mem_fail_after. */
int mem_failed(void);

#endif
