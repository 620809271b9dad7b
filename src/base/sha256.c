#include "base/sha256.h"

#include <stdint.h>
#include <stdio.h>

void sha256_start(struct sha256 *s)
{
    sha256_init(&s->ctx);
}

void sha256_add(struct sha256 *s, const void *bytes, size_t n)
{
    sha256_update(&s->ctx, n, bytes);
}

void sha256_end(struct sha256 *s, char hex[static SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[SHA256_DIGEST_SIZE];
    sha256_digest(&s->ctx, sizeof raw, raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[2 * sizeof raw] = 0;
}

void sha256_of(const void *bytes, size_t n, char hex[static SHA256_HEX])
{
    struct sha256 s;
    sha256_start(&s);
    sha256_add(&s, bytes, n);
    sha256_end(&s, hex);
}

int sha256_of_file(const char *path, char hex[static SHA256_HEX])
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return -1;
    struct sha256 s;
    sha256_start(&s);
    char block[16384];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        sha256_add(&s, block, n);
    int bad = ferror(f);
    fclose(f);
    if (bad)
        return -1;
    sha256_end(&s, hex);
    return 0;
}
