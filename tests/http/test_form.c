#include "http/form.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"

static json_t *form(const char *text)
{
    json_t *o = NULL;
    struct prune_error e = {0};
    cr_assert_eq(form_parse(&o, text, strlen(text), &e), 0, "%s", e.text);
    return o;
}

static void refused(int json, const char *text, const char *why)
{
    json_t *o = NULL;
    struct prune_error e = {0};
    int rc = json ? form_parse_json(&o, text, strlen(text), &e)
                  : form_parse(&o, text, strlen(text), &e);
    cr_assert_eq(rc, PRUNE_E_INPUT, "%s", text);
    cr_assert_null(o);
    cr_assert_not_null(strstr(e.text, why), "%s says: %s", text, e.text);
}

Test(form, reads_pairs)
{
    json_t *o = form("model=r20.onnx&sparsity=0.3,0.5&note=a+b%26c&empty=&x");
    cr_assert_str_eq(json_text(o, "model", ""), "r20.onnx");
    cr_assert_str_eq(json_text(o, "sparsity", ""), "0.3,0.5");
    cr_assert_str_eq(json_text(o, "note", ""), "a b&c");
    cr_assert_str_eq(json_text(o, "empty", "-"), "");
    cr_assert_str_eq(json_text(o, "x", "-"), "");
    cr_assert_eq(json_object_size(o), 5);
    json_decref(o);
    o = form("");
    cr_assert_eq(json_object_size(o), 0);
    json_decref(o);
    o = form("&&a=1&");
    cr_assert_eq(json_object_size(o), 1);
    json_decref(o);
}

Test(form, refuses_what_is_ambiguous_or_broken)
{
    refused(0, "a=1&a=2", "'a' is given twice");
    refused(0, "=1", "no name");
    refused(0, "a=%zz", "escape");
    refused(0, "a=%00", "NUL");
    refused(0, "a=%ff", "not UTF-8");
}

Test(form, keeps_to_its_limits)
{
    struct buf b = {0};
    for (int i = 0; i <= FORM_FIELDS; i++)
        buf_printf(&b, "f%d=1&", i);
    refused(0, b.data, "more than 64 fields");
    buf_done(&b);
    buf_puts(&b, "a=");
    for (int i = 0; i <= FORM_VALUE; i++)
        buf_add(&b, "x", 1);
    refused(0, b.data, "longer than");
    buf_done(&b);
}

Test(form, reads_json)
{
    json_t *o = NULL;
    const char *text = "{\"model\": \"m\", \"sparsity\": [0.3, 0.5], "
                       "\"best_effort\": false, \"seed\": 0}";
    cr_assert_eq(form_parse_json(&o, text, strlen(text), NULL), 0);
    cr_assert_eq(json_array_size(json_object_get(o, "sparsity")), 2);
    cr_assert(json_is_false(json_object_get(o, "best_effort")));
    cr_assert_eq(json_int(o, "seed", 7), 0);
    json_decref(o);
}

Test(form, refuses_other_json)
{
    refused(1, "", "line");
    refused(1, "[1]", "no JSON object");
    refused(1, "{\"a\":1}x", "line 1, column 8");
    refused(1, "{\"a\":1,\"a\":2}", "duplicate");
    refused(1, "{\"a\":{\"b\":1}}", "'a' holds an object");
    refused(1, "{\"a\":[[1]]}", "'a' holds a list");
    refused(1, "{\"a\":", "line");
}

Test(form, survives_want_of_memory)
{
    long i = 0;
    for (;; i++) {
        json_t *o = NULL;
        mem_fail_after(i);
        int rc = form_parse(&o, "a=1&b=2", 7, NULL);
        int failed = mem_failed();
        mem_fail_after(-1);
        json_decref(o);
        if (!failed) {
            cr_assert_eq(rc, 0);
            break;
        }
        cr_assert_eq(rc, PRUNE_E_MEMORY);
    }
    cr_assert_gt(i, 2);
}
