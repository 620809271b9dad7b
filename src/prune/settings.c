#include "prune/settings.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "prune/criterion.h"
#include "prune/technique.h"

#define TECHNIQUE_NAMES technique_names
#define CRITERION_NAMES criterion_names
#define NO_RANGE 0, 0, 0, 0
#define FROM(min, max) min, max, 0, 0
#define ABOVE(min, max) min, max, 1, 0
#define BELOW(min, max) min, max, 0, 1

#define ROW(name) " " #name
static const char technique_list[] =
#include "prune/techniques.tbl"
    ;
static const char criterion_list[] =
#include "prune/criteria.tbl"
    ;
#undef ROW
#define technique_names (technique_list + 1)
#define criterion_names (criterion_list + 1)

#define TYPE_NAME_NUMBER "number"
#define TYPE_NAME_INT "integer"
#define TYPE_NAME_TEXT "text"
#define TYPE_NAME_CHOICE "choice"
#define TYPE_NAME_FLAG "flag"

#define ROW_OF(name, type, min, max, min_x, max_x, target, def, values,       \
               users, summary)                                                \
    {#name,  SETTING_##type,  TYPE_NAME_##type, min,   max,    min_x,         \
     max_x,  TARGET_##target, def,              values, users, summary},
#define SETTING(name, type, range, target, def, values, users, summary)       \
    ROW_OF(name, type, range, target, def, values, users, summary)
static const struct setting_row rows[] = {
#include "prune/settings.tbl"
};
enum { N_ROWS = sizeof rows / sizeof *rows };

/* Where a row's value lives; targets share one place, the technique has a
 * way of its own. */
struct place {
    const char *name;
    size_t offset, size;
};

#define PLACE(field)                                                          \
    {#field, offsetof(struct settings, field),                                \
     sizeof(((struct settings *)0)->field)}
static const struct place places[] = {
    PLACE(criterion), PLACE(scope), PLACE(recover),
    PLACE(calibration_samples), PLACE(exclude), PLACE(round_to),
    PLACE(best_effort), PLACE(batch), PLACE(shape), PLACE(seed),
    PLACE(threads), PLACE(input), PLACE(output),
};

const struct setting_row *settings_rows(int *n)
{
    *n = N_ROWS;
    return rows;
}

/* Whether `name` (which may have - for _) is the row's. */
static int same_name(const char *row, const char *name)
{
    for (; *row && *name; row++, name++)
        if (*row != (*name == '-' ? '_' : *name))
            return 0;
    return !*row && !*name;
}

const struct setting_row *settings_row(const char *name)
{
    for (int i = 0; i < N_ROWS; i++)
        if (same_name(rows[i].name, name))
            return &rows[i];
    return NULL;
}

/* Whether `word` is one of the words of a list with spaces between. */
static int listed(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; n && *p;) {
        size_t m = strcspn(p, " ");
        if (m == n && !memcmp(p, word, n))
            return 1;
        p += m + (p[m] == ' ');
    }
    return 0;
}

int setting_used_by(const struct setting_row *row, const char *technique)
{
    return !*row->users || listed(row->users, technique);
}

const char *target_name(enum target t)
{
    for (int i = 0; i < N_ROWS; i++)
        if (rows[i].target == t && t != TARGET_NONE)
            return rows[i].name;
    return "";
}

static void *place_of(struct settings *s, const char *name, size_t *size)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!strcmp(places[i].name, name)) {
            *size = places[i].size;
            return (char *)s + places[i].offset;
        }
    *size = 0;
    return NULL;
}

static int64_t stored_int(const struct settings *s, const char *name)
{
    size_t size;
    const void *p = place_of((struct settings *)(uintptr_t)s, name, &size);
    if (size == sizeof(int))
        return *(const int *)p;
    return p ? *(const int64_t *)p : 0;
}

static void store_int(struct settings *s, const char *name, int64_t v)
{
    size_t size;
    void *p = place_of(s, name, &size);
    if (size == sizeof(int))
        *(int *)p = (int)v;
    else if (p)
        *(int64_t *)p = v;
}

static int set_choice(struct settings *s, const struct setting_row *row,
                      const char *text, struct prune_error *err)
{
    if (!listed(row->values, text))
        return err_set(err, PRUNE_E_USAGE, "%s: \"%.80s\" is none of: %s",
                       row->name, text, row->values);
    if (!strcmp(row->name, "technique")) {
        s->technique = technique_find(text);
        return 0;
    }
    size_t size;
    char *p = place_of(s, row->name, &size);
    snprintf(p, size, "%s", text);
    return 0;
}

static int set_text(struct settings *s, const struct setting_row *row,
                    const char *text, struct prune_error *err)
{
    size_t size;
    char *p = place_of(s, row->name, &size);
    if (strlen(text) >= size)
        return err_set(err, PRUNE_E_USAGE,
                       "%s: the text has %zu bytes, at most %zu are taken",
                       row->name, strlen(text), size - 1);
    snprintf(p, size, "%s", text);
    return 0;
}

static int out_of_range(const struct setting_row *r, const char *text,
                        struct prune_error *err)
{
    return err_set(err, PRUNE_E_USAGE,
                   "%s: \"%.80s\" is not %s from %.16g%s to %.16g%s", r->name,
                   text, r->type == SETTING_INT ? "a whole number" : "a number",
                   r->min, r->min_excluded ? " (excluded)" : "", r->max,
                   r->max_excluded ? " (excluded)" : "");
}

static int in_range(const struct setting_row *r, double v)
{
    return (r->min_excluded ? v > r->min : v >= r->min) &&
           (r->max_excluded ? v < r->max : v <= r->max);
}

static int set_number(struct settings *s, const struct setting_row *row,
                      const char *text, struct prune_error *err)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end || !in_range(row, v))
        return out_of_range(row, text, err);
    s->target = row->target;
    s->amount = v;
    return 0;
}

static int set_int(struct settings *s, const struct setting_row *row,
                   const char *text, struct prune_error *err)
{
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (end == text || *end || errno || !in_range(row, (double)v))
        return out_of_range(row, text, err);
    store_int(s, row->name, v);
    return 0;
}

static int set_flag(struct settings *s, const struct setting_row *row,
                    const char *text, struct prune_error *err)
{
    static const char yes[] = "true 1 yes on", no[] = "false 0 no off";
    if (!listed(yes, text) && !listed(no, text))
        return err_set(err, PRUNE_E_USAGE,
                       "%s: \"%.80s\" is neither true nor false", row->name,
                       text);
    store_int(s, row->name, listed(yes, text));
    return 0;
}

typedef int set_f(struct settings *s, const struct setting_row *row,
                  const char *text, struct prune_error *err);

static set_f *const setters[] = {
    [SETTING_NUMBER] = set_number, [SETTING_INT] = set_int,
    [SETTING_TEXT] = set_text,     [SETTING_CHOICE] = set_choice,
    [SETTING_FLAG] = set_flag,
};

void settings_init(struct settings *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < N_ROWS; i++)
        if (*rows[i].fallback)
            setters[rows[i].type](s, &rows[i], rows[i].fallback, NULL);
}

int settings_set(struct settings *s, const char *name, const char *text,
                 struct prune_error *err)
{
    const struct setting_row *row = settings_row(name);
    if (!row)
        return err_set(err, PRUNE_E_USAGE,
                       "%.80s: there is no such setting; `prune describe` "
                       "lists them all",
                       name);
    if (row->target && s->target && s->target != row->target)
        return err_set(err, PRUNE_E_USAGE,
                       "%s: there is a target already, %s; give one only",
                       row->name, target_name(s->target));
    int rc = setters[row->type](s, row, text, err);
    if (!rc)
        s->set |= UINT64_C(1) << (row - rows);
    return rc;
}

int settings_set_json(struct settings *s, const char *name,
                      const json_t *value, struct prune_error *err)
{
    char text[64];
    if (json_is_string(value))
        return settings_set(s, name, json_string_value(value), err);
    if (json_is_boolean(value))
        snprintf(text, sizeof text, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        snprintf(text, sizeof text, "%lld",
                 (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, sizeof text, "%.17g", json_real_value(value));
    else
        return err_set(err, PRUNE_E_USAGE,
                       "%.80s: a text, a number or true or false is wanted",
                       name);
    return settings_set(s, name, text, err);
}

/* The first of the technique's criteria that can be had. */
static void default_criterion(struct settings *s, int have_data)
{
    const char *p = s->technique->criteria;
    while (*p && !*s->criterion) {
        size_t n = strcspn(p, " ");
        char name[sizeof s->criterion];
        snprintf(name, sizeof name, "%.*s", (int)n, p);
        const struct criterion *c = criterion_find(name);
        if (c && (have_data || c->needs == NEEDS_NOTHING))
            snprintf(s->criterion, sizeof s->criterion, "%s", name);
        p += n + (p[n] == ' ');
    }
}

static int check_users(const struct settings *s, struct prune_error *err)
{
    const char *t = s->technique->name;
    for (int i = 0; i < N_ROWS; i++)
        if (s->set >> i & 1 && !setting_used_by(&rows[i], t))
            return err_set(err, PRUNE_E_USAGE,
                           "%s: technique %s does not use it (those that do: "
                           "%s)",
                           rows[i].name, t, rows[i].users);
    return 0;
}

static int was_set(const struct settings *s, const char *name)
{
    return (int)(s->set >> (settings_row(name) - rows) & 1);
}

static int check_criterion(const struct settings *s, int have_data,
                           struct prune_error *err)
{
    const struct criterion *c = criterion_find(s->criterion);
    if (!c || !listed(s->technique->criteria, s->criterion))
        return err_set(err, PRUNE_E_USAGE,
                       "criterion: \"%s\" is none of those of technique %s: "
                       "%s",
                       s->criterion, s->technique->name,
                       s->technique->criteria);
    if (c->needs != NEEDS_NOTHING && !have_data)
        return err_set(err, PRUNE_E_USAGE,
                       "criterion: %s needs training data; give a data set, "
                       "or take another of: %s",
                       s->criterion, s->technique->criteria);
    return 0;
}

int settings_check(struct settings *s, int have_data,
                   struct prune_error *err)
{
    if (!s->technique)
        return err_set(err, PRUNE_E_USAGE,
                       "technique: none was given; it is one of: %s",
                       technique_names);
    if (!s->target)
        return err_set(err, PRUNE_E_USAGE,
                       "sparsity: no target was given; give sparsity, or "
                       "another target that `prune describe` lists");
    int rc = check_users(s, err);
    if (rc)
        return rc;
    if (s->target == TARGET_UNIT_SPARSITY && was_set(s, "scope"))
        return err_set(err, PRUNE_E_USAGE,
                       "scope: unit_sparsity takes the same share of every "
                       "group, so that there is nothing to rank across");
    if (!*s->criterion)
        default_criterion(s, have_data);
    if ((rc = check_criterion(s, have_data, err)))
        return rc;
    if (!*s->scope)
        snprintf(s->scope, sizeof s->scope, "%s", s->technique->scope);
    if (!*s->recover)
        snprintf(s->recover, sizeof s->recover, "%s",
                 have_data ? "calibrate" : "none");
    return 0;
}

static int put_row(json_t *o, const struct settings *s,
                   const struct setting_row *row)
{
    if (row->target)
        return row->target == s->target
                   ? json_put_real(o, row->name, s->amount)
                   : 0;
    if (!strcmp(row->name, "technique"))
        return json_put_text(o, row->name,
                             s->technique ? s->technique->name : "");
    size_t size;
    switch (row->type) {
    case SETTING_INT:
        return json_put_int(o, row->name, stored_int(s, row->name));
    case SETTING_FLAG:
        return json_put_bool(o, row->name,
                             (int)stored_int(s, row->name));
    default:
        return json_put_text(
            o, row->name,
            place_of((struct settings *)(uintptr_t)s, row->name, &size));
    }
}

json_t *settings_json(const struct settings *s)
{
    json_t *o = json_object();
    for (int i = 0; o && i < N_ROWS; i++) {
        if (s->technique && !setting_used_by(&rows[i], s->technique->name))
            continue;
        if (put_row(o, s, &rows[i]) < 0) {
            json_decref(o);
            return NULL;
        }
    }
    return o;
}

int settings_excludes(const struct settings *s, const char *name,
                      const char *label)
{
    const char *text = name && *name ? name : label;
    for (const char *p = s->exclude; *p;) {
        char glob[sizeof s->exclude];
        size_t n = strcspn(p, ",");
        snprintf(glob, sizeof glob, "%.*s", (int)n, p);
        if (*glob && !fnmatch(glob, text, 0))
            return 1;
        p += n + (p[n] == ',');
    }
    return 0;
}
