#ifndef SERVICE_PAGE_H
#define SERVICE_PAGE_H

#include "service/read.h"

/* What lists have in common. */

/* The page's limit: 100 unless given, at most 1,000. */
int page_limit(const struct page *page);

/* {"items", "next"}; `items` is stolen, `next` NULL on the last page. */
int page_finish(struct answer *a, json_t *items, const char *next);

/* Opens the blob of that digest. */
int file_of_blob(struct reader *r, const char *hex, struct read_file *out,
                 struct answer *a);

#endif
