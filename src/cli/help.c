#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "prune/describe.h"

enum { COLUMN = 30 };

void help_all(const struct command *const *all, int n)
{
    puts("prune — smaller, faster neural networks, measured\n\n"
         "usage: prune COMMAND …\n\ncommands:");
    for (int i = 0; i < n; i++)
        printf("  %-13s %s\n", all[i]->name, all[i]->summary);
    puts("\nprune COMMAND --help explains a command; prune --version tells "
         "the version.");
}

static void print_option(const char *option, const char *summary)
{
    if (strlen(option) >= COLUMN - 2)
        printf("  %s\n%*s%s", option, COLUMN, "", summary);
    else
        printf("  %-*s%s", COLUMN - 2, option, summary);
}

static void print_flag(const struct flag *f)
{
    char text[80];
    if (f->letter)
        snprintf(text, sizeof text, "-%c, --%s%s%s", f->letter, f->name,
                 f->value ? " " : "", f->value ? f->value : "");
    else
        snprintf(text, sizeof text, "    --%s%s%s", f->name,
                 f->value ? " " : "", f->value ? f->value : "");
    print_option(text, f->summary);
    puts("");
}

static void print_words(const json_t *list, const char *between)
{
    size_t i;
    json_t *word;
    json_array_foreach(list, i, word)
        printf("%s%s", i ? between : "", json_string_value(word));
}

/* "0 … 1, below 1" in the words people use. */
static void print_range(const json_t *row)
{
    const json_t *low = json_object_get(row, "min");
    const json_t *high = json_object_get(row, "max");
    if (!low && !high)
        return;
    printf(" (");
    if (low)
        printf("%s %g",
               json_is_true(json_object_get(row, "exclusive_min")) ? "above"
                                                                   : "from",
               json_number_value(low));
    if (high)
        printf("%s%s %g", low ? " " : "",
               json_is_true(json_object_get(row, "exclusive_max"))
                   ? "to below"
                   : "to",
               json_number_value(high));
    printf(")");
}

static void print_default(const json_t *row)
{
    const json_t *d = json_object_get(row, "default");
    if (json_is_string(d))
        printf("; default %s", json_string_value(d));
    else if (json_is_integer(d))
        printf("; default %lld", (long long)json_integer_value(d));
    else if (json_is_real(d))
        printf("; default %g", json_real_value(d));
}

static const char *placeholder(const char *type)
{
    if (!strcmp(type, "number"))
        return " X";
    if (!strcmp(type, "integer"))
        return " N";
    return strcmp(type, "flag") ? " TEXT" : "";
}

static void print_setting(const json_t *row, size_t n_techniques)
{
    char text[80] = "    --";
    const char *name = json_text(row, "name", "");
    size_t n = strlen(text);
    for (; *name && n < sizeof text - 8; name++)
        text[n++] = *name == '_' ? '-' : *name;
    snprintf(text + n, sizeof text - n, "%s",
             placeholder(json_text(row, "type", "")));
    print_option(text, json_text(row, "summary", ""));
    print_range(row);
    const json_t *values = json_object_get(row, "values");
    if (json_array_size(values)) {
        printf(": ");
        print_words(values, ", ");
    }
    print_default(row);
    const json_t *users = json_object_get(row, "techniques");
    if (users && json_array_size(users) < n_techniques) {
        printf(" [");
        print_words(users, ", ");
        printf("]");
    }
    puts("");
}

static void print_settings(const struct command *c, const json_t *describe,
                           int targets, const char *title)
{
    size_t i, n = json_array_size(json_object_get(describe, "techniques"));
    json_t *row;
    int any = 0;
    json_array_foreach(json_object_get(describe, "settings"), i, row)
    {
        const char *name = json_text(row, "name", "");
        int target = json_is_true(json_object_get(row, "target"));
        if (target != targets || !command_takes(c, name) ||
            !strcmp(name, "technique"))
            continue;
        if (!any++)
            printf("\n%s:\n", title);
        print_setting(row, n);
    }
}

static void print_techniques(const json_t *describe)
{
    size_t i;
    json_t *row;
    puts("\ntechniques:");
    json_array_foreach(json_object_get(describe, "techniques"), i, row)
        printf("  %-13s %s\n", json_text(row, "name", ""),
               json_text(row, "summary", ""));
}

void help_command(const struct command *c)
{
    printf("prune %s — %s\n\nusage: prune %s %s\n\noptions:\n", c->name,
           c->summary, c->name, c->synopsis);
    for (const struct flag *f = c->flags; f && f->name; f++)
        print_flag(f);
    print_option("-h, --help", "this text");
    puts("");
    json_t *describe = describe_tree();
    if (!strcmp(c->settings, "*")) {
        print_techniques(describe);
        print_settings(c, describe, 1, "target (one of)");
    }
    print_settings(c, describe, 0, "settings");
    size_t i;
    json_t *row;
    if (c->data) {
        puts("\nhow data are read:");
        json_array_foreach(json_object_get(describe, "data_settings"), i, row)
            print_setting(row, 0);
    }
    json_decref(describe);
}
