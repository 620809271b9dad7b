#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <microhttpd.h>

/* libmicrohttpd 0.9 accepts requests that two programs can read in two ways
 * (both Content-Length and Transfer-Encoding, two Hosts, a blank before the
 * colon, and so on), which lets a request be smuggled past a proxy. This
 * looks at the headers as they came and says what is wrong with them, or
 * NULL. The request is then refused and its connection closed. */
const char *guard_headers(struct MHD_Connection *conn, const char *version);

/* What is wrong with a raw path (without the query), or NULL: escapes of
 * slash, backslash or NUL, dot segments, empty segments, control bytes. */
const char *guard_path(const char *path);

#endif
