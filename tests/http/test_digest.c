#include "http/digest.h"

#include <criterion/criterion.h>
#include <string.h>

/* The digest of no bytes at all, as openssl and base64 print it. */
static const char hex_empty[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char header_empty[] =
    "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";

Test(digest, is_written)
{
    char out[DIGEST_HEADER];
    cr_assert_eq(digest_write(out, hex_empty), 0);
    cr_assert_str_eq(out, header_empty);
    cr_assert_eq(digest_write(out, "abc"), -1);
}

Test(digest, is_read)
{
    char hex[SHA256_HEX];
    cr_assert_eq(digest_read(hex, header_empty), 1);
    cr_assert_str_eq(hex, hex_empty);
    char both[160] = "md5=:AAAA:, ";
    strcat(both, header_empty);
    cr_assert_eq(digest_read(hex, both), 1);
    cr_assert_str_eq(hex, hex_empty);
}

Test(digest, is_refused_or_ignored)
{
    char hex[SHA256_HEX];
    cr_assert_eq(digest_read(hex, NULL), 0);
    cr_assert_eq(digest_read(hex, "md5=:AAAA:"), 0);
    cr_assert_eq(digest_read(hex, "sha-256=:AAAA:"), -1);
    cr_assert_eq(digest_read(hex, "sha-256=AAAA"), -1);
    cr_assert_eq(digest_read(hex, "sha-256=:!!!!:"), -1);
    cr_assert_eq(digest_read(hex, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5N"
                                  "MpJWZG3hSuFU=47DEQpj8HBSa+/TImW+5:"),
                 -1);
}
