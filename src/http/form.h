#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

/* What a request says besides its path, as one flat JSON object: the query
 * string, a form body or a JSON body. */

enum {
    FORM_FIELDS = 64,      /* most fields of one request */
    FORM_VALUE = 64 << 10, /* most bytes of one field's text */
};

/* application/x-www-form-urlencoded: every value is a string. The same key
 * twice is an error, since nobody could say which one holds. The object is
 * the caller's. */
int form_parse(json_t **out, const char *text, size_t n,
               struct prune_error *err);

/* A JSON object of at most FORM_FIELDS members; a duplicate key, text after
 * the object and anything nested deeper than a list are errors. */
int form_parse_json(json_t **out, const char *text, size_t n,
                    struct prune_error *err);

#endif
