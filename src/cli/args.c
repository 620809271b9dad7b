#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "prune/describe.h"

json_t *describe_tree(void)
{
    char *text;
    if (prune_describe(&text, NULL))
        return NULL;
    json_t *tree = json_loads(text, 0, NULL);
    prune_free(text);
    return tree;
}

int command_takes(const struct command *c, const char *setting)
{
    if (!strcmp(c->settings, "*"))
        return 1;
    size_t n = strlen(setting);
    for (const char *p = c->settings; (p = strstr(p, setting)); p += n)
        if ((p == c->settings || p[-1] == ' ') && (!p[n] || p[n] == ' '))
            return 1;
    return 0;
}

const char *args_get_nth(const struct args *a, const char *flag, int i)
{
    for (int k = 0; k < a->n_values; k++)
        if (!strcmp(a->values[k].flag->name, flag) && i-- == 0)
            return a->values[k].value;
    return NULL;
}

const char *args_get(const struct args *a, const char *flag)
{
    return args_get_nth(a, flag, 0);
}

/* State while argv is read. */
struct reader {
    struct args *a;
    json_t *describe;
    int argc, i;
    char **argv;
};

/* The row of a setting or data setting this command takes, or NULL. */
static const json_t *find_setting(const struct reader *r, const char *name)
{
    static const char *const lists[] = {"settings", "data_settings"};
    for (int k = 0; k < 2; k++) {
        size_t i;
        json_t *row;
        json_array_foreach(json_object_get(r->describe, lists[k]), i, row)
        {
            if (strcmp(json_text(row, "name", ""), name))
                continue;
            int taken = k ? r->a->command->data
                          : command_takes(r->a->command, name);
            return taken ? row : NULL;
        }
    }
    return NULL;
}

static const struct flag *find_flag(const struct command *c, const char *name,
                                    char letter)
{
    for (const struct flag *f = c->flags; f && f->name; f++)
        if (name ? !strcmp(f->name, name) : f->letter == letter)
            return f;
    return NULL;
}

/* The value of an option: after `=`, or the next argument. */
static int take_value(struct reader *r, const char *option,
                      const char *attached, const char **out,
                      struct prune_error *err)
{
    if (attached) {
        *out = attached;
        return 0;
    }
    if (r->i + 1 >= r->argc)
        return err_set(err, PRUNE_E_USAGE, "%s needs a value", option);
    *out = r->argv[++r->i];
    return 0;
}

static int add_flag(struct reader *r, const struct flag *f,
                    const char *option, const char *attached,
                    struct prune_error *err)
{
    const char *value = "";
    int rc = 0;
    if (f->value)
        rc = take_value(r, option, attached, &value, err);
    else if (attached)
        rc = err_set(err, PRUNE_E_USAGE, "%s takes no value", option);
    if (rc)
        return rc;
    if (f->setting)
        return prune_options_set(r->a->options, f->setting, value, err);
    if (r->a->n_values == MAX_VALUES)
        return err_set(err, PRUNE_E_USAGE, "too many options");
    r->a->values[r->a->n_values].flag = f;
    r->a->values[r->a->n_values++].value = value;
    return 0;
}

static int add_setting(struct reader *r, const json_t *row,
                       const char *option, const char *attached,
                       struct prune_error *err)
{
    const char *value = attached ? attached : "true";
    int rc = 0;
    if (strcmp(json_text(row, "type", ""), "flag"))
        rc = take_value(r, option, attached, &value, err);
    return rc ? rc
              : prune_options_set(r->a->options, json_text(row, "name", ""),
                                  value, err);
}

static int unknown(const struct reader *r, const char *option,
                   struct prune_error *err)
{
    return err_set(err, PRUNE_E_USAGE,
                   "unknown option %s for `prune %s`; see `prune %s --help`",
                   option, r->a->command->name, r->a->command->name);
}

static int read_long(struct reader *r, const char *arg,
                     struct prune_error *err)
{
    char name[64];
    const char *equals = strchr(arg, '=');
    size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
    if (n - 2 >= sizeof name)
        return unknown(r, arg, err);
    memcpy(name, arg + 2, n - 2);
    name[n - 2] = 0;
    const char *attached = equals ? equals + 1 : NULL;
    const struct flag *f = find_flag(r->a->command, name, 0);
    if (f)
        return add_flag(r, f, arg, attached, err);
    /* Setting a_b is --a-b; the other spelling is no option. */
    if (strchr(name, '_'))
        return unknown(r, arg, err);
    for (char *p = name; *p; p++)
        if (*p == '-')
            *p = '_';
    const json_t *row = find_setting(r, name);
    return row ? add_setting(r, row, arg, attached, err)
               : unknown(r, arg, err);
}

static int read_short(struct reader *r, const char *arg,
                      struct prune_error *err)
{
    const struct flag *f = find_flag(r->a->command, NULL, arg[1]);
    if (!f)
        return unknown(r, arg, err);
    return add_flag(r, f, arg, arg[2] ? arg + 2 : NULL, err);
}

static int read_arg(struct reader *r, const char *arg, int *help,
                    int *only_positionals, struct prune_error *err)
{
    struct args *a = r->a;
    if (!*only_positionals && arg[0] == '-' && arg[1]) {
        if (!strcmp(arg, "--")) {
            *only_positionals = 1;
            return 0;
        }
        if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
            *help = 1;
            return 0;
        }
        return arg[1] == '-' ? read_long(r, arg, err)
                             : read_short(r, arg, err);
    }
    if (a->n_positionals == a->command->max_positionals)
        return err_set(err, PRUNE_E_USAGE,
                       "%s is one argument too many; usage: prune %s %s", arg,
                       a->command->name, a->command->synopsis);
    a->positionals[a->n_positionals++] = arg;
    return 0;
}

int args_read(struct args *out, const struct command *c, int argc,
              char **argv, int *help, struct prune_error *err)
{
    *out = (struct args){.command = c};
    struct reader r = {out, describe_tree(), argc, 0, argv};
    int only_positionals = 0;
    int rc = r.describe ? prune_options_new(&out->options, err)
                        : err_memory(err, "options");
    for (; r.i < argc && !rc && !*help; r.i++)
        rc = read_arg(&r, argv[r.i], help, &only_positionals, err);
    json_decref(r.describe);
    if (!rc && !*help && out->n_positionals < c->min_positionals)
        rc = err_set(err, PRUNE_E_USAGE,
                     "an argument is missing; usage: prune %s %s", c->name,
                     c->synopsis);
    return rc;
}

void args_done(struct args *a)
{
    prune_options_free(a->options);
}
