#include "http/range.h"

#include <string.h>
#include <strings.h>

/* Digits into *out; the rest of the text, or NULL when there are no digits.
 * A number too large stays at its greatest value: it is beyond any file. */
static const char *digits(uint64_t *out, const char *p)
{
    uint64_t n = 0;
    const char *start = p;
    for (; *p >= '0' && *p <= '9'; p++)
        n = n > UINT64_MAX / 10 - 1 ? UINT64_MAX / 10 * 10
                                    : n * 10 + (uint64_t)(*p - '0');
    *out = n;
    return p == start ? NULL : p;
}

static int at_end(const char *p)
{
    return p && !p[strspn(p, " \t")];
}

/* "-500": the last 500 bytes. */
static enum range_kind suffix(struct range *out, const char *p,
                              uint64_t total)
{
    uint64_t n;
    if (!at_end(digits(&n, p)))
        return RANGE_WHOLE;
    if (!n || !total)
        return RANGE_UNSATISFIABLE;
    out->size = n < total ? n : total;
    out->first = total - out->size;
    return RANGE_PART;
}

enum range_kind range_parse(struct range *out, const char *header,
                            uint64_t total)
{
    *out = (struct range){0, total};
    if (!header || strncasecmp(header, "bytes=", 6) != 0)
        return RANGE_WHOLE;
    const char *p = header + 6;
    p += strspn(p, " \t");
    if (*p == '-')
        return suffix(out, p + 1, total);
    uint64_t first, last = UINT64_MAX;
    p = digits(&first, p);
    if (!p || *p != '-')
        return RANGE_WHOLE;
    p++;
    if (!at_end(p) && !at_end(digits(&last, p)))
        return RANGE_WHOLE;
    if (last < first)
        return RANGE_WHOLE;
    if (first >= total)
        return RANGE_UNSATISFIABLE;
    out->first = first;
    out->size = (last < total - 1 ? last : total - 1) - first + 1;
    return RANGE_PART;
}
