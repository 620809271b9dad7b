#include "prune/describe.h"

#include <stdio.h>

#include "base/json.h"
#include "cli/output.h"

static const struct flag flags[] = {FLAG_JSON, FLAG_END};

static void print_list(const json_t *tree, const char *key)
{
    size_t i;
    json_t *row;
    printf("%s:\n", key);
    json_array_foreach(json_object_get(tree, key), i, row)
        printf("  %-20s %s\n", json_text(row, "name", ""),
               json_text(row, "summary", ""));
}

static int show(const struct args *a, const json_t *tree,
                struct prune_error *err)
{
    static const char *const keys[] = {"techniques", "criteria", "recovery",
                                       "settings", "data_settings"};
    (void)a;
    (void)err;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        print_list(tree, keys[i]);
    return 0;
}

static int describe(const struct args *a, struct prune_error *err)
{
    char *text;
    int rc = prune_describe(&text, err);
    return rc ? rc : show_answer(a, text, show, err);
}

const struct command command_describe = {
    .name = "describe",
    .synopsis = "[--json]",
    .summary = "the techniques, criteria and settings there are",
    .flags = flags,
    .settings = "",
    .run = describe,
};
