/* How a data set's raw values become the network's input. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/settings.h"

enum { MOST_CHANNELS = 4096 };

/* "0.5" or "0.1,0.2,0.3" as a list; NULL when it is no list of numbers,
 * or one is not positive where it must be. */
static json_t *numbers(const char *s, int positive)
{
    json_t *list = json_array();
    for (;;) {
        char *end;
        double x = strtod(s, &end);
        if (end == s || !isfinite(x) || (positive && x <= 0) ||
            json_array_size(list) >= MOST_CHANNELS ||
            json_array_append_new(list, json_real(x)))
            break;
        if (!*end)
            return list;
        if (*end != ',')
            break;
        s = end + 1;
    }
    json_decref(list);
    return NULL;
}

static int read_numbers(json_t *out, const json_t *in, const char *key,
                        int positive, struct answer *a)
{
    const char *text = json_text(in, key, NULL);
    if (!text)
        return 0;
    if (!json_put(out, key, numbers(text, positive)))
        return 0;
    return answer_problem(a, PROBLEM_INVALID_SETTING,
                          "%s must be a %snumber, or one for each channel "
                          "separated by commas", key,
                          positive ? "positive " : "");
}

static int read_layout(json_t *out, const json_t *in, struct answer *a)
{
    const char *layout = json_text(in, "layout", NULL);
    if (!layout)
        return 0;
    if (strcmp(layout, "NCHW") != 0 && strcmp(layout, "NHWC") != 0 &&
        strcmp(layout, "NHW") != 0)
        return answer_problem(a, PROBLEM_INVALID_SETTING,
                              "layout must be NCHW, NHWC or NHW");
    return json_put_text(out, "layout", layout);
}

static int known_keys(const json_t *in, struct answer *a)
{
    const char *key;
    json_t *value;
    json_t *object = (json_t *)in;
    json_object_foreach (object, key, value) {
        if (strcmp(key, "scale") != 0 && strcmp(key, "mean") != 0 &&
            strcmp(key, "std") != 0 && strcmp(key, "layout") != 0)
            return answer_problem(a, PROBLEM_INVALID_SETTING,
                                  "%.80s is no setting of a data set: there "
                                  "are scale, mean, std and layout", key);
    }
    return 0;
}

char *dataset_settings_read(const json_t *in, struct answer *a)
{
    json_t *out = json_object();
    char *text = NULL;
    if (!known_keys(in, a) && !read_numbers(out, in, "scale", 1, a) &&
        !read_numbers(out, in, "mean", 0, a) &&
        !read_numbers(out, in, "std", 1, a) && !read_layout(out, in, a)) {
        text = json_dump(out);
        if (!text)
            answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    }
    json_decref(out);
    return text;
}
