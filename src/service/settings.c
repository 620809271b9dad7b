#include "service/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/setting_value.h"

enum { MOST_VALUES = 100 };

/* A request being read. Faults gather in `faults`; the first also decides
 * the problem's detail. */
struct reading {
    const struct settings_context *context;
    const json_t *in;
    int text;
    json_t *common;  /* settings given, converted, without the target */
    const char *target;
    json_t *targets; /* its values, at least one */
    struct answer faults;
    int short_of_memory;
};

__attribute__((format(printf, 3, 4))) static void
fault(struct reading *r, const char *key, const char *detail, ...)
{
    char text[400], pointer[96];
    va_list args;
    va_start(args, detail);
    vsnprintf(text, sizeof text, detail, args);
    va_end(args);
    snprintf(pointer, sizeof pointer, "/%.80s", key);
    if (!r->faults.status)
        answer_problem(&r->faults, PROBLEM_INVALID_SETTING, "%.80s %s", key,
                       text);
    answer_blame(&r->faults, pointer, "%s", text);
}

static const json_t *find_named(const json_t *list, const char *name)
{
    const json_t *row;
    size_t i;
    json_array_foreach (list, i, row) {
        if (!strcmp(json_text(row, "name", ""), name))
            return row;
    }
    return NULL;
}

static const json_t *techniques(const struct reading *r)
{
    return json_object_get(r->context->describe, "techniques");
}

static const json_t *settings(const struct reading *r)
{
    return json_object_get(r->context->describe, "settings");
}

static int is_target(const json_t *row)
{
    return json_is_true(json_object_get(row, "target"));
}

static int uses(const json_t *setting, const char *technique)
{
    const json_t *one;
    size_t i;
    json_array_foreach (json_object_get(setting, "techniques"), i, one) {
        if (json_is_string(one) &&
            !strcmp(json_string_value(one), technique))
            return 1;
    }
    return 0;
}

/* "weight, neuron, …" of a list of rows, those with `flag` set if given. */
static const char *names(char out[static 256], const json_t *list,
                         const char *flag)
{
    const json_t *row;
    size_t i;
    int n = 0;
    out[0] = '\0';
    json_array_foreach (list, i, row) {
        if (flag && !json_is_true(json_object_get(row, flag)))
            continue;
        if (n >= 0 && n < 256)
            n += snprintf(out + n, 256 - (size_t)n, "%s%s", n ? ", " : "",
                          json_text(row, "name", ""));
    }
    return out;
}

/* The values that a target is given: one, a list, or "0.3,0.5". */
static void read_target(struct reading *r, const json_t *row,
                        const json_t *value)
{
    const char *name = json_text(row, "name", "");
    if (r->target) {
        fault(r, name, "is a second target beside %s; give exactly one",
              r->target);
        return;
    }
    r->target = name;
    json_t *list = json_array();
    if (json_is_array(value)) {
        (void)json_array_extend(list, (json_t *)value);
    } else if (r->text && json_is_string(value)) {
        for (const char *s = json_string_value(value); s;) {
            size_t n = strcspn(s, ",");
            (void)json_array_append_new(list, json_stringn(s, n));
            s = s[n] ? s + n + 1 : NULL;
        }
    } else {
        (void)json_array_append(list, (json_t *)value);
    }
    size_t n = json_array_size(list);
    if (!n || n > MOST_VALUES)
        fault(r, name, "must be one value, or a list of 1 to %d",
              MOST_VALUES);
    for (size_t i = 0; i < n && n <= MOST_VALUES; i++) {
        char why[WHY_TEXT];
        json_t *one = setting_value(row, json_array_get(list, i), r->text,
                                    why);
        if (!one)
            fault(r, name, "%s", why);
        else if (json_array_append_new(r->targets, one))
            r->short_of_memory = 1;
    }
    json_decref(list);
}

static void read_setting(struct reading *r, const char *key,
                         const json_t *value)
{
    const json_t *row = find_named(settings(r), key);
    if (!row) {
        fault(r, key, "is no setting; GET /v1 lists them");
        return;
    }
    if (is_target(row)) {
        read_target(r, row, value);
        return;
    }
    char why[WHY_TEXT];
    json_t *mine = setting_value(row, value, r->text, why);
    if (!mine)
        fault(r, key, "%s", why);
    else if (json_object_set_new(r->common, key, mine))
        r->short_of_memory = 1;
}

static int is_reserved(const char *key)
{
    return !strcmp(key, "model") || !strcmp(key, "dataset") ||
           !strcmp(key, "technique");
}

static void read_all(struct reading *r)
{
    const char *key;
    json_t *value;
    json_t *in = (json_t *)r->in; /* foreach only reads */
    char known[256];
    json_object_foreach (in, key, value) {
        if (!is_reserved(key))
            read_setting(r, key, value);
        else if (!json_is_string(value) || !json_string_length(value))
            fault(r, key, "must be a name");
    }
    if (!r->target)
        fault(r, "sparsity", "or another target is missing: give one of %s",
              names(known, settings(r), "target"));
}

/* Whether a setting that was given is of use to what was asked for. */
static void check_use(struct reading *r, const json_t *row,
                      const char *technique, int all)
{
    const char *name = json_text(row, "name", "");
    if (!all) {
        if (!uses(row, technique))
            fault(r, name, "is not used by technique %s", technique);
        return;
    }
    const json_t *one;
    size_t i, users = 0;
    json_array_foreach (techniques(r), i, one) {
        users += (size_t)uses(row, json_text(one, "name", ""));
    }
    if (!users || (is_target(row) &&
                   users < json_array_size(techniques(r))))
        fault(r, name, "is not used by every technique, so that "
              "technique=all cannot have it");
}

static void check_uses(struct reading *r, const char *technique, int all)
{
    const char *key;
    json_t *value;
    json_object_foreach (r->common, key, value) {
        check_use(r, find_named(settings(r), key), technique, all);
    }
    if (r->target)
        check_use(r, find_named(settings(r), r->target), technique, all);
}

/* Whether the technique can take that value: criteria are the techniques'
 * own, so one setting has different values with each. */
static int takes_value(const json_t *technique, const char *name,
                       const json_t *value)
{
    const json_t *own = json_object_get(technique, "criteria"), *one;
    size_t i;
    if (strcmp(name, "criterion") != 0 || !json_is_array(own))
        return 1;
    json_array_foreach (own, i, one) {
        if (json_equal(one, value))
            return 1;
    }
    return 0;
}

static void check_values(struct reading *r, const char *technique, int all)
{
    const json_t *value = json_object_get(r->common, "criterion"), *one;
    size_t i, takers = 0;
    if (!value)
        return;
    json_array_foreach (techniques(r), i, one) {
        if (all || !strcmp(json_text(one, "name", ""), technique))
            takers += (size_t)takes_value(one, "criterion", value);
    }
    if (!takers)
        fault(r, "criterion", "%.80s is not used by technique %s",
              json_string_value(value), technique);
}

/* What holds where the request is silent; NULL: nothing does. */
static json_t *default_of(const struct reading *r, const json_t *row,
                          int all)
{
    const char *name = json_text(row, "name", "");
    if (all && !strcmp(name, "best_effort"))
        return json_true();
    if (!strcmp(name, "threads"))
        return json_integer(r->context->threads);
    if (!strcmp(name, "recover"))
        return json_string(json_object_get(r->in, "dataset") ? "calibrate"
                                                             : "none");
    /* Where there is no data the worker refuses what is about it, and a
     * default of ours would look like a wish. */
    if (!strcmp(name, "calibration_samples") &&
        !json_object_get(r->in, "dataset"))
        return NULL;
    const json_t *value = json_object_get(row, "default");
    return value && !json_is_null(value) ? json_deep_copy(value) : NULL;
}

static char *settings_of(struct reading *r, const char *technique, int all)
{
    json_t *mine = json_object();
    const json_t *row;
    size_t i;
    json_array_foreach (settings(r), i, row) {
        const char *name = json_text(row, "name", "");
        if (is_target(row) || !uses(row, technique))
            continue;
        const json_t *given = json_object_get(r->common, name);
        if (given && !takes_value(find_named(techniques(r), technique), name,
                                  given))
            given = NULL;
        json_t *value = given ? json_deep_copy(given)
                              : default_of(r, row, all);
        if (value && json_put(mine, name, value))
            r->short_of_memory = 1;
    }
    char *text = json_dump(mine);
    json_decref(mine);
    return text;
}

static char *target_of(const struct reading *r, size_t i)
{
    json_t *target = json_object();
    (void)json_put(target, r->target,
                   json_deep_copy(json_array_get(r->targets, i)));
    char *text = json_object_size(target) ? json_dump(target) : NULL;
    json_decref(target);
    return text;
}

/* One plan for each value of the target. */
static void plan_technique(struct settings_plan *p, struct reading *r,
                           const char *technique, int all)
{
    for (size_t i = 0; i < json_array_size(r->targets); i++) {
        struct job_plan *job = &p->jobs[p->n_jobs++];
        job->technique = mem_strdup(technique);
        job->target = target_of(r, i);
        job->settings = settings_of(r, technique, all);
        if (!job->technique || !job->target || !job->settings)
            r->short_of_memory = 1;
    }
}

static char *name_of(struct reading *r, const char *key)
{
    const char *name = json_text(r->in, key, NULL);
    char *copy = name ? mem_strdup(name) : NULL;
    if (name && !copy)
        r->short_of_memory = 1;
    return copy;
}

static int plan(struct settings_plan *p, struct reading *r,
                const char *technique, int all)
{
    size_t n = json_array_size(r->targets) *
               (all ? json_array_size(techniques(r)) : 1);
    if (n > r->context->most_jobs)
        return answer_problem(&r->faults, PROBLEM_INVALID_SETTING,
                              "%zu jobs at once are more than the %zu "
                              "allowed", n, r->context->most_jobs);
    p->jobs = mem_calloc(n, sizeof *p->jobs);
    if (!p->jobs) {
        r->short_of_memory = 1;
        return -1;
    }
    p->group = all || n > 1;
    p->model = name_of(r, "model");
    p->dataset = name_of(r, "dataset");
    if (!all) {
        plan_technique(p, r, technique, 0);
        return 0;
    }
    const json_t *row;
    size_t i;
    json_array_foreach (techniques(r), i, row) {
        plan_technique(p, r, json_text(row, "name", ""), 1);
    }
    return 0;
}

static int read_request(struct settings_plan *p, struct reading *r)
{
    if (!json_is_object(r->in))
        return answer_problem(&r->faults, PROBLEM_BAD_REQUEST,
                              "The settings are no object");
    char known[256];
    const char *technique = json_text(r->in, "technique", NULL);
    int all = technique && !strcmp(technique, "all");
    if (!technique)
        fault(r, "technique", "is missing: give one of %s, or all",
              names(known, techniques(r), NULL));
    else if (!all && !find_named(techniques(r), technique)) {
        answer_problem(&r->faults, PROBLEM_UNKNOWN_TECHNIQUE,
                       "There is no technique '%.80s': give one of %s, or "
                       "all", technique, names(known, techniques(r), NULL));
        answer_blame(&r->faults, "/technique", "is not a technique");
    }
    read_all(r);
    if (technique && r->faults.status != problems[PROBLEM_UNKNOWN_TECHNIQUE]
                         .status) {
        check_uses(r, technique, all);
        check_values(r, technique, all);
    }
    return r->faults.status ? -1 : plan(p, r, technique, all);
}

int settings_read(struct settings_plan *out,
                  const struct settings_context *context, const json_t *in,
                  int text, struct answer *a)
{
    struct reading r = {.context = context, .in = in, .text = text,
                        .common = json_object(), .targets = json_array()};
    struct settings_plan p = {0};
    int rc = r.common && r.targets ? read_request(&p, &r) : -1;
    if (r.short_of_memory || (rc && !r.faults.status))
        rc = answer_problem(&r.faults, PROBLEM_INTERNAL, "Memory is short");
    json_decref(r.common);
    json_decref(r.targets);
    if (rc) {
        settings_done(&p);
        answer_done(a);
        *a = r.faults;
        return -1;
    }
    answer_done(&r.faults);
    *out = p;
    return 0;
}

void settings_done(struct settings_plan *p)
{
    for (size_t i = 0; i < p->n_jobs; i++) {
        mem_free(p->jobs[i].technique);
        mem_free(p->jobs[i].target);
        mem_free(p->jobs[i].settings);
    }
    mem_free(p->jobs);
    mem_free(p->model);
    mem_free(p->dataset);
    *p = (struct settings_plan){0};
}
