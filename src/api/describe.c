#include "prune/describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/options.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/export.h"
#include "base/json.h"
#include "config.h"
#include "prune/criterion.h"
#include "prune/technique.h"
#include "recover/recover.h"

PRUNE_EXPORT const char *prune_version(void)
{
    return PACKAGE_VERSION;
}

PRUNE_EXPORT void prune_free(void *p)
{
    mem_free(p);
}

static json_t *words(const char *text)
{
    json_t *a = json_array();
    while (*text) {
        size_t n = strcspn(text, " ");
        json_array_append_new(a, json_stringn(text, n));
        text += n;
        text += strspn(text, " ");
    }
    return a;
}

static json_t *used_settings(const char *technique)
{
    json_t *a = json_array();
    int n;
    const struct setting_row *rows = settings_rows(&n);
    for (int i = 0; i < n; i++)
        if (setting_used_by(&rows[i], technique))
            json_array_append_new(a, json_string(rows[i].name));
    return a;
}

static json_t *techniques_json(void)
{
    json_t *a = json_array();
    int n;
    const struct technique *const *all = technique_all(&n);
    for (int i = 0; i < n; i++) {
        json_t *o = json_object();
        json_put_text(o, "name", all[i]->name);
        json_put_text(o, "title", all[i]->title);
        json_put_text(o, "summary", all[i]->summary);
        json_put(o, "criteria", words(all[i]->criteria));
        json_put(o, "settings", used_settings(all[i]->name));
        json_array_append_new(a, o);
    }
    return a;
}

static json_t *named(const char *name, const char *title, const char *summary)
{
    json_t *o = json_object();
    json_put_text(o, "name", name);
    json_put_text(o, "title", title);
    json_put_text(o, "summary", summary);
    return o;
}

static json_t *criteria_json(void)
{
    json_t *a = json_array();
    int n;
    const struct criterion *const *all = criterion_all(&n);
    for (int i = 0; i < n; i++)
        json_array_append_new(
            a, named(all[i]->name, all[i]->title, all[i]->summary));
    return a;
}

static json_t *recovery_json(void)
{
    json_t *a = json_array();
    int n;
    const struct recovery_step *const *all = recovery_steps(&n);
    for (int i = 0; i < n; i++)
        json_array_append_new(
            a, named(all[i]->name, all[i]->title, all[i]->summary));
    return a;
}

static json_t *setting_users(const struct setting_row *r)
{
    json_t *a = json_array();
    int n;
    const struct technique *const *all = technique_all(&n);
    for (int i = 0; i < n; i++)
        if (setting_used_by(r, all[i]->name))
            json_array_append_new(a, json_string(all[i]->name));
    return a;
}

/* A default as its type has it. */
static json_t *fallback_json(const struct setting_row *r)
{
    if (!r->fallback[0])
        return json_null();
    switch (r->type) {
    case SETTING_NUMBER:
        return json_real(strtod(r->fallback, NULL));
    case SETTING_INT:
        return json_integer(strtoll(r->fallback, NULL, 10));
    case SETTING_FLAG:
        return json_boolean(!strcmp(r->fallback, "true"));
    default:
        return json_string(r->fallback);
    }
}

static void put_range(json_t *o, const struct setting_row *r)
{
    if (r->type != SETTING_NUMBER && r->type != SETTING_INT)
        return;
    if (isfinite(r->min))
        json_put_real(o, "min", r->min);
    if (isfinite(r->max))
        json_put_real(o, "max", r->max);
    json_put_bool(o, "exclusive_min", r->min_excluded);
    json_put_bool(o, "exclusive_max", r->max_excluded);
}

static json_t *setting_json(const struct setting_row *r)
{
    json_t *o = json_object();
    json_put_text(o, "name", r->name);
    json_put_text(o, "type",
                  r->type == SETTING_CHOICE ? "enum" : r->type_name);
    json_put_text(o, "summary", r->summary);
    put_range(o, r);
    json_put(o, "default", fallback_json(r));
    if (r->type == SETTING_CHOICE)
        json_put(o, "values", words(r->values));
    json_put_bool(o, "target", r->target != TARGET_NONE);
    json_put(o, "techniques", setting_users(r));
    return o;
}

static json_t *settings_list(void)
{
    json_t *a = json_array();
    int n;
    const struct setting_row *rows = settings_rows(&n);
    for (int i = 0; i < n; i++)
        json_array_append_new(a, setting_json(&rows[i]));
    return a;
}

static json_t *data_json(void)
{
    json_t *a = json_array();
    for (int i = 0; i < n_data_rows; i++) {
        json_t *o = json_object();
        json_put_text(o, "name", data_rows[i].name);
        json_put_text(o, "type", data_rows[i].type);
        json_put_text(o, "summary", data_rows[i].summary);
        json_array_append_new(a, o);
    }
    return a;
}

static json_t *limits_json(void)
{
    json_t *o = json_object();
    json_put_int(o, "rank", MAX_RANK);
    json_put_int(o, "tensor_bytes", TENSOR_MAX_BYTES);
    json_put_int(o, "channels", MAX_CHANNELS);
    return o;
}

PRUNE_EXPORT int prune_describe(char **result, struct prune_error *err)
{
    json_t *o = json_object();
    json_put_text(o, "name", "prune");
    json_put_text(o, "version", prune_version());
    json_put(o, "techniques", techniques_json());
    json_put(o, "criteria", criteria_json());
    json_put(o, "recovery", recovery_json());
    json_put(o, "settings", settings_list());
    json_put(o, "data_settings", data_json());
    json_put(o, "limits", limits_json());
    char *text = o ? json_dump(o) : NULL;
    json_decref(o);
    if (!text)
        return err_memory(err, "the description");
    *result = text;
    return 0;
}
