#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdint.h>

/* Small helpers over jansson. Setters take NULL (a failed
 * allocation) and return -1. */

/* Sets o[key]; the value is stolen, also on failure. 0 or -1. */
int json_put(json_t *o, const char *key, json_t *value);
int json_put_int(json_t *o, const char *key, int64_t value);
int json_put_real(json_t *o, const char *key, double value);
int json_put_text(json_t *o, const char *key, const char *value);
int json_put_bool(json_t *o, const char *key, int value);

/* Borrowed text, or `other` when the key is absent or no string. */
const char *json_text(const json_t *o, const char *key, const char *other);
int64_t json_int(const json_t *o, const char *key, int64_t other);
double json_number(const json_t *o, const char *key, double other);

/* Compact text; NULL on failure. Freed by mem_free. Numbers are written
 * with up to 10 significant digits so that 0.1 stays 0.1. */
char *json_dump(const json_t *o);

#endif
