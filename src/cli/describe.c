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

static int describe(const struct args *a, struct prune_error *err)
{
    char *text;
    json_t *tree;
    int rc = prune_describe(&text, err);
    if (rc)
        return rc;
    if (args_get(a, "json")) {
        print_answer(text);
        return 0;
    }
    rc = parse_answer(&tree, text, err);
    if (rc)
        return rc;
    static const char *const keys[] = {"techniques", "criteria", "recovery",
                                       "settings", "data_settings"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        print_list(tree, keys[i]);
    json_decref(tree);
    return 0;
}

const struct command command_describe = {
    .name = "describe",
    .synopsis = "[--json]",
    .summary = "the techniques, criteria and settings there are",
    .flags = flags,
    .settings = "",
    .run = describe,
};
