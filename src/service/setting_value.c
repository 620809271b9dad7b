#include "service/setting_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { LONGEST_TEXT = 4096, LONGEST_LIST = 256 };

static json_t *refuse(char why[static WHY_TEXT], const char *wanted)
{
    snprintf(why, WHY_TEXT, "must be %s", wanted);
    return NULL;
}

static const char *range_text(char out[static 96], const json_t *row)
{
    const json_t *min = json_object_get(row, "min");
    const json_t *max = json_object_get(row, "max");
    const char *open =
        json_is_true(json_object_get(row, "exclusive_max")) ? "below" : "to";
    const char *kind = json_text(row, "type", "");
    const char *noun =
        strcmp(kind, "integer") ? "a number" : "a whole number";
    if (json_is_number(min) && json_is_number(max))
        snprintf(out, 96, "%s %s %.10g %s %.10g", noun,
                 json_is_true(json_object_get(row, "exclusive_min")) ? "above"
                                                                     : "from",
                 json_number_value(min), *open == 'b' ? open : "up to",
                 json_number_value(max));
    else if (json_is_number(min))
        snprintf(out, 96, "%s, %.10g or more", noun, json_number_value(min));
    else
        snprintf(out, 96, "%s", noun);
    return out;
}

static int in_range(const json_t *row, double x)
{
    const json_t *min = json_object_get(row, "min");
    const json_t *max = json_object_get(row, "max");
    if (!isfinite(x) || (json_is_number(min) && x < json_number_value(min)))
        return 0;
    if (json_is_true(json_object_get(row, "exclusive_min")) &&
        x <= json_number_value(min))
        return 0;
    if (!json_is_number(max))
        return 1;
    return json_is_true(json_object_get(row, "exclusive_max"))
               ? x < json_number_value(max)
               : x <= json_number_value(max);
}

/* The number that the whole of a text is; 0 on success. strtod's inf, nan
 * and hexadecimal are not what people mean. */
static int number_of_text(double *out, const char *s)
{
    if (!*s || strspn(s, "0123456789+-.eE") != strlen(s))
        return -1;
    char *end;
    errno = 0;
    *out = strtod(s, &end);
    return *end || errno == ERANGE ? -1 : 0;
}

static json_t *number_value(const json_t *row, const json_t *value, int text,
                            char why[static WHY_TEXT])
{
    double x;
    char range[96];
    if (text && json_is_string(value)) {
        if (number_of_text(&x, json_string_value(value)))
            return refuse(why, range_text(range, row));
    } else if (json_is_number(value)) {
        x = json_number_value(value);
    } else {
        return refuse(why, range_text(range, row));
    }
    if (!in_range(row, x))
        return refuse(why, range_text(range, row));
    if (strcmp(json_text(row, "type", ""), "integer") != 0)
        return json_real(x);
    /* Beyond 2^53 a double no longer holds every whole number. */
    if (x != floor(x) || fabs(x) > 9007199254740992.0)
        return refuse(why, range_text(range, row));
    return json_integer((json_int_t)x);
}

static json_t *flag_value(const json_t *value, int text,
                          char why[static WHY_TEXT])
{
    if (json_is_boolean(value))
        return json_boolean(json_is_true(value));
    const char *s = text ? json_string_value(value) : NULL;
    if (s && (!strcmp(s, "true") || !strcmp(s, "1") || !strcmp(s, "yes") ||
              !strcmp(s, "on")))
        return json_true();
    if (s && (!strcmp(s, "false") || !strcmp(s, "0") || !strcmp(s, "no") ||
              !strcmp(s, "off")))
        return json_false();
    return refuse(why, "true or false");
}

static json_t *text_value(const json_t *value, char why[static WHY_TEXT])
{
    if (!json_is_string(value) || !json_string_length(value) ||
        json_string_length(value) > LONGEST_TEXT ||
        strlen(json_string_value(value)) != json_string_length(value))
        return refuse(why, "a text of 1 to 4096 bytes");
    return json_string(json_string_value(value));
}

static json_t *enum_value(const json_t *row, const json_t *value,
                          char why[static WHY_TEXT])
{
    const char *s = json_string_value(value);
    const json_t *one;
    size_t i;
    json_array_foreach (json_object_get(row, "values"), i, one) {
        if (s && json_is_string(one) && !strcmp(s, json_string_value(one)))
            return json_string(s);
    }
    int n = snprintf(why, WHY_TEXT, "must be one of");
    json_array_foreach (json_object_get(row, "values"), i, one) {
        if (n > 0 && n < WHY_TEXT)
            n += snprintf(why + n, WHY_TEXT - (size_t)n, "%s %s",
                          i ? "," : "", json_string_value(one));
    }
    return NULL;
}

static json_t *split(const char *s)
{
    json_t *list = json_array();
    while (list && s) {
        size_t n = strcspn(s, ",");
        if (json_array_append_new(list, json_stringn(s, n))) {
            json_decref(list);
            return NULL;
        }
        s = s[n] ? s + n + 1 : NULL;
    }
    return list;
}

static json_t *list_value(const json_t *value, int text,
                          char why[static WHY_TEXT])
{
    json_t *list = text && json_is_string(value)
                       ? split(json_string_value(value))
                       : json_deep_copy(value);
    int fits = json_is_array(list) && json_array_size(list) <= LONGEST_LIST;
    const json_t *one;
    size_t i;
    if (fits)
        json_array_foreach (list, i, one) {
            if (!json_is_string(one) || !json_string_length(one) ||
                json_string_length(one) > LONGEST_TEXT)
                fits = 0;
        }
    if (fits)
        return list;
    json_decref(list);
    return refuse(why, "a list of texts");
}

json_t *setting_value(const json_t *row, const json_t *value, int text,
                      char why[static WHY_TEXT])
{
    const char *type = json_text(row, "type", "text");
    snprintf(why, WHY_TEXT, "memory is short");
    if (!strcmp(type, "number") || !strcmp(type, "integer"))
        return number_value(row, value, text, why);
    if (!strcmp(type, "flag"))
        return flag_value(value, text, why);
    if (!strcmp(type, "list"))
        return list_value(value, text, why);
    if (!strcmp(type, "enum"))
        return enum_value(row, value, why);
    return text_value(value, why);
}
