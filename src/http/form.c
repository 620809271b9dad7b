#include "http/form.h"

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "http/text.h"

/* `n` bytes decoded into fresh memory. */
static int field(char **out, const char *text, size_t n,
                 struct prune_error *err)
{
    if (n > FORM_VALUE)
        return err_set(err, PRUNE_E_INPUT, "a field is longer than %d bytes",
                       FORM_VALUE);
    char *s = mem_calloc(n + 1, 1);
    if (!s)
        return err_memory(err, "a field");
    if (http_decode(s, text, n, 1) < 0) {
        mem_free(s);
        return err_set(err, PRUNE_E_INPUT,
                       "a %%-escape is broken or stands for a NUL byte");
    }
    *out = s;
    return 0;
}

static int keep(json_t *o, const char *key, const char *value,
                struct prune_error *err)
{
    if (!key || !*key)
        return err_set(err, PRUNE_E_INPUT, "a field has no name");
    if (json_object_size(o) >= FORM_FIELDS)
        return err_set(err, PRUNE_E_INPUT, "more than %d fields",
                       FORM_FIELDS);
    if (json_object_get(o, key))
        return err_set(err, PRUNE_E_INPUT, "field '%.80s' is given twice",
                       key);
    json_t *text = json_string(value);
    if (!text || json_object_set_new(o, key, text))
        return err_set(err, PRUNE_E_INPUT, "field '%.80s' is not UTF-8",
                       key);
    return 0;
}

/* One `key=value`. */
static int pair(json_t *o, const char *text, size_t n,
                struct prune_error *err)
{
    const char *equals = memchr(text, '=', n);
    size_t key_size = equals ? (size_t)(equals - text) : n;
    char *key = NULL, *value = NULL;
    int rc = field(&key, text, key_size, err);
    if (rc == 0 && equals)
        rc = field(&value, equals + 1, n - key_size - 1, err);
    if (rc == 0)
        rc = keep(o, key, value ? value : "", err);
    mem_free(key);
    mem_free(value);
    return rc;
}

int form_parse(json_t **out, const char *text, size_t n,
               struct prune_error *err)
{
    json_t *o = json_object();
    if (!o)
        return err_memory(err, "a form");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n;) {
        const char *end = memchr(text + i, '&', n - i);
        size_t length = end ? (size_t)(end - text) - i : n - i;
        if (length)
            rc = pair(o, text + i, length, err);
        i += length + 1;
    }
    if (rc) {
        json_decref(o);
        return rc;
    }
    *out = o;
    return 0;
}

static int flat(const json_t *o, struct prune_error *err)
{
    const char *key;
    json_t *value, *item;
    size_t i;
    if (!json_is_object(o))
        return err_set(err, PRUNE_E_INPUT, "the body is no JSON object");
    if (json_object_size(o) > FORM_FIELDS)
        return err_set(err, PRUNE_E_INPUT, "more than %d fields",
                       FORM_FIELDS);
    json_object_foreach((json_t *)o, key, value)
    {
        if (json_is_object(value))
            return err_set(err, PRUNE_E_INPUT,
                           "field '%.80s' holds an object; all keys stand "
                           "side by side here", key);
        json_array_foreach(value, i, item)
            if (json_is_object(item) || json_is_array(item))
                return err_set(err, PRUNE_E_INPUT,
                               "field '%.80s' holds a list of more than "
                               "plain values", key);
    }
    return 0;
}

int form_parse_json(json_t **out, const char *text, size_t n,
                    struct prune_error *err)
{
    json_error_t why;
    json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!o)
        return err_set(err, PRUNE_E_INPUT, "line %d, column %d: %s",
                       why.line, why.column, why.text);
    int rc = flat(o, err);
    if (rc) {
        json_decref(o);
        return rc;
    }
    *out = o;
    return 0;
}
