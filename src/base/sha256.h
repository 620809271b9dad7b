#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <nettle/sha2.h>
#include <stddef.h>

/* SHA-256 in lower-case hexadecimal, over nettle. */
enum { SHA256_HEX = 65 };

struct sha256 {
    struct sha256_ctx ctx;
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);
/* Ends the run; `hex` is NUL-terminated. */
void sha256_end(struct sha256 *s, char hex[static SHA256_HEX]);
void sha256_of(const void *bytes, size_t n, char hex[static SHA256_HEX]);
/* 0, or -1 with errno set. */
int sha256_of_file(const char *path, char hex[static SHA256_HEX]);

#endif
