#ifndef HTTP_DIGEST_H
#define HTTP_DIGEST_H

#include "base/sha256.h"

/* Repr-Digest and Content-Digest of RFC 9530, SHA-256 alone. */

enum { DIGEST_HEADER = 64 };

/* The digest that a header asks for, as lower-case hexadecimal: 1 when it
 * names one, 0 when it names other algorithms only (or is NULL), -1 when its
 * SHA-256 is no base64 of 32 bytes. */
int digest_read(char hex[static SHA256_HEX], const char *header);

/* The header's value for a digest in hexadecimal: "sha-256=:...:" 0, or -1
 * when `hex` is none. */
int digest_write(char out[static DIGEST_HEADER], const char *hex);

#endif
