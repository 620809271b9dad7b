#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdint.h>

/* One byte range of RFC 9110 section 14. Several ranges at once are
 * answered as if none had been asked for, which the RFC allows. */
struct range {
    uint64_t first, size;
};

enum range_kind {
    RANGE_WHOLE,         /* no range, or one to be ignored: 200 */
    RANGE_PART,          /* 206 */
    RANGE_UNSATISFIABLE, /* 416 */
};

/* `header` may be NULL; `total` is the size of the representation. The
 * range is filled in any case but RANGE_UNSATISFIABLE. */
enum range_kind range_parse(struct range *out, const char *header,
                            uint64_t total);

#endif
