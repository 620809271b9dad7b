#include "base/json.h"

#include <math.h>

#include "base/alloc.h"

int json_put(json_t *o, const char *key, json_t *value)
{
    if (!o || !value) {
        json_decref(value);
        return -1;
    }
    return json_object_set_new(o, key, value);
}

int json_put_int(json_t *o, const char *key, int64_t value)
{
    return json_put(o, key, json_integer(value));
}

int json_put_real(json_t *o, const char *key, double value)
{
    return json_put(o, key, isfinite(value) ? json_real(value) : NULL);
}

int json_put_text(json_t *o, const char *key, const char *value)
{
    /* Names come from files: one that is not UTF-8 gets a stand-in,
     * rather than taking the whole document with it. */
    json_t *text = value ? json_string(value) : NULL;
    if (value && !text)
        text = json_string("(not UTF-8)");
    return json_put(o, key, text);
}

int json_put_bool(json_t *o, const char *key, int value)
{
    return json_put(o, key, json_boolean(value));
}

const char *json_text(const json_t *o, const char *key, const char *other)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? json_string_value(v) : other;
}

int64_t json_int(const json_t *o, const char *key, int64_t other)
{
    const json_t *v = json_object_get(o, key);
    return json_is_integer(v) ? json_integer_value(v) : other;
}

double json_number(const json_t *o, const char *key, double other)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : other;
}

/* jansson's own memory comes from malloc, as mem_free's does. */
char *json_dump(const json_t *o)
{
    return json_dumps(o, JSON_COMPACT | JSON_ENCODE_ANY |
                             JSON_REAL_PRECISION(10));
}
