#include "http/digest.h"

#include <nettle/base16.h>
#include <nettle/base64.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* `n` characters of base64 into 64 of hexadecimal. */
static int to_hex(char *hex, const char *text, size_t n)
{
    uint8_t bytes[48];
    struct base64_decode_ctx ctx;
    size_t size = sizeof bytes;
    if (n > BASE64_ENCODE_LENGTH(32) + 3)
        return -1;
    base64_decode_init(&ctx);
    if (!base64_decode_update(&ctx, &size, bytes, n, text) ||
        !base64_decode_final(&ctx) || size != SHA256_DIGEST_SIZE)
        return -1;
    base16_encode_update(hex, size, bytes);
    hex[SHA256_HEX - 1] = 0;
    return 1;
}

int digest_read(char hex[static SHA256_HEX], const char *header)
{
    for (const char *p = header; p && *p;) {
        p += strspn(p, " \t,");
        if (!strncasecmp(p, "sha-256=", 8)) {
            p += 8;
            const char *end = *p == ':' ? strchr(p + 1, ':') : NULL;
            return end ? to_hex(hex, p + 1, (size_t)(end - p) - 1) : -1;
        }
        p += strcspn(p, ",");
    }
    return 0;
}

int digest_write(char out[static DIGEST_HEADER], const char *hex)
{
    uint8_t bytes[SHA256_DIGEST_SIZE];
    struct base16_decode_ctx ctx;
    size_t size = sizeof bytes;
    if (strlen(hex) != SHA256_HEX - 1)
        return -1;
    base16_decode_init(&ctx);
    if (!base16_decode_update(&ctx, &size, bytes, SHA256_HEX - 1, hex) ||
        size != sizeof bytes)
        return -1;
    strcpy(out, "sha-256=:");
    base64_encode_raw(out + 9, sizeof bytes, bytes);
    strcpy(out + 9 + BASE64_ENCODE_RAW_LENGTH(sizeof bytes), ":");
    return 0;
}
