#ifndef HTTP_TEXT_H
#define HTTP_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Small questions about pieces of an HTTP message. All of them are bounded
 * by the lengths given and take bytes as they came off the wire. */

/* Decodes %XX (and `+` as a blank when `plus`) from `n` bytes into `out`,
 * which has room for n + 1 bytes. Returns the length, or -1 for a broken
 * escape or a decoded NUL. */
int http_decode(char *out, const char *text, size_t n, int plus);

/* Adds `text` with all that means something in a query as %XX. */
void http_encode(struct buf *b, const char *text);

/* Whether `s` is a name of the service: 1 to 128 characters of
 * [A-Za-z0-9._-], the first one no dot. */
int http_name_ok(const char *s);

/* Whether the comma-separated header value `list` holds `token`
 * (case-insensitive, parameters after `;` ignored). NULL list: no. */
int http_has_token(const char *list, const char *token);

/* Whether a media type, with or without parameters, is `type`; a type that
 * ends in a slash is a prefix: "multipart/". */
int http_is_type(const char *value, const char *type);

/* A whole decimal number without sign. 0, or -1 when it is none or does
 * not fit. */
int http_u64(uint64_t *out, const char *text);

/* Parameter `name` of a header in the style of RFC 7240 and 9110, such as
 * wait in "respond-async, wait=30": its number, or -1. */
long http_preference(const char *value, const char *name);

#endif
