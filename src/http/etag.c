#include "http/etag.h"

#include <string.h>

/* The tag at p, quotes included, or 0 where there is none. */
static size_t tag_size(const char *p)
{
    if (*p != '"')
        return 0;
    const char *end = strchr(p + 1, '"');
    return end ? (size_t)(end - p) + 1 : 0;
}

int etag_listed(const char *list, const char *etag, int weak)
{
    for (const char *p = list; p && *p;) {
        p += strspn(p, " \t,");
        if (*p == '*')
            return 1;
        int is_weak = p[0] == 'W' && p[1] == '/';
        p += is_weak ? 2 : 0;
        size_t n = tag_size(p);
        if (!n)
            return 0;
        if ((weak || !is_weak) && n == strlen(etag) && !memcmp(p, etag, n))
            return 1;
        p += n;
    }
    return 0;
}

int etag_range_holds(const char *if_range, const char *etag)
{
    return !if_range || !strcmp(if_range, etag);
}
