/* covers: service/settings service/setting_value service/dataset_settings */
#include "service/settings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

/* With ' for ", to be read more easily. */
static json_t *from(const char *quoted)
{
    char text[8192];
    snprintf(text, sizeof text, "%s", quoted);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    json_error_t where;
    json_t *o = json_loads(text, 0, &where);
    cr_assert_not_null(o, "%s at %d", where.text, where.position);
    return o;
}

#define ALL "['weight','neuron']"
static const char describe_text[] =
    "{'techniques':[{'name':'weight','criteria':['l1']},"
    "{'name':'neuron'}],'settings':["
    "{'name':'sparsity','type':'number','min':0,'max':1,"
    "'exclusive_max':true,'target':true,'techniques':" ALL "},"
    "{'name':'macs_ratio','type':'number','min':0,'exclusive_min':true,"
    "'max':1,'target':true,'techniques':" ALL "},"
    "{'name':'unit_sparsity','type':'number','min':0,'max':1,"
    "'exclusive_max':true,'target':true,'techniques':['neuron']},"
    "{'name':'seed','type':'integer','min':0,'default':7,'techniques':" ALL
    "},"
    "{'name':'round_to','type':'integer','min':1,'max':8,'default':1,"
    "'techniques':['neuron']},"
    "{'name':'best_effort','type':'flag','default':false,'techniques':" ALL
    "},"
    "{'name':'criterion','type':'enum','values':['l1','l2'],'techniques':"
    ALL "},"
    "{'name':'note','type':'text','techniques':" ALL "},"
    "{'name':'exclude','type':'list','techniques':" ALL "}]}";

static json_t *describe;

static void setup(void)
{
    describe = from(describe_text);
}

static void teardown(void)
{
    json_decref(describe);
}

TestSuite(settings, .init = setup, .fini = teardown);

static int take(struct settings_plan *p, const char *in, int text,
                struct answer *a)
{
    struct settings_context c = {.describe = describe, .threads = 1,
                                 .most_jobs = 20};
    json_t *o = from(in);
    int rc = settings_read(p, &c, o, text, a);
    json_decref(o);
    return rc;
}

/* Settings of the first job, which is to be alone. */
static json_t *settings_of(const char *in, int text)
{
    struct settings_plan p = {0};
    struct answer a = {0};
    cr_assert_eq(take(&p, in, text, &a), 0, "%s: %s", in,
                 json_text(a.body, "detail", "?"));
    cr_assert_eq(p.n_jobs, 1);
    json_t *o = json_loads(p.jobs[0].settings, 0, NULL);
    settings_done(&p);
    return o;
}

Test(settings, fills_in_defaults)
{
    json_t *o = settings_of("{'model':'m','technique':'neuron','sparsity':"
                            "0.5,'criterion':'l2'}", 0);
    cr_assert_eq(json_int(o, "seed", 0), 7);
    cr_assert_eq(json_int(o, "round_to", 0), 1);
    cr_assert_str_eq(json_text(o, "criterion", ""), "l2");
    cr_assert(json_is_false(json_object_get(o, "best_effort")));
    cr_assert_null(json_object_get(o, "sparsity"));
    cr_assert_null(json_object_get(o, "note"));
    json_decref(o);
    o = settings_of("{'technique':'weight','sparsity':0.5}", 0);
    cr_assert_null(json_object_get(o, "round_to"));
    json_decref(o);
}

Test(settings, text_becomes_what_the_setting_is)
{
    json_t *o = settings_of("{'technique':'neuron','sparsity':'0.5',"
                            "'seed':'12','best_effort':'yes',"
                            "'exclude':'a,b*','round_to':'4'}", 1);
    cr_assert_eq(json_int(o, "seed", 0), 12);
    cr_assert(json_is_true(json_object_get(o, "best_effort")));
    cr_assert_eq(json_array_size(json_object_get(o, "exclude")), 2);
    json_decref(o);
}

Test(settings, all_gives_each_what_it_uses)
{
    struct settings_plan p = {0};
    struct answer a = {0};
    cr_assert_eq(take(&p, "{'model':'m','dataset':'d','technique':'all',"
                          "'sparsity':[0.25,0.5],'round_to':2}", 0, &a), 0);
    cr_assert(p.group);
    cr_assert_eq(p.n_jobs, 4);
    cr_assert_str_eq(p.model, "m");
    cr_assert_str_eq(p.dataset, "d");
    cr_assert_str_eq(p.jobs[0].technique, "weight");
    cr_assert_str_eq(p.jobs[0].target, "{\"sparsity\":0.25}");
    cr_assert_str_eq(p.jobs[3].technique, "neuron");
    cr_assert_str_eq(p.jobs[3].target, "{\"sparsity\":0.5}");
    cr_assert_null(strstr(p.jobs[0].settings, "round_to"));
    cr_assert_not_null(strstr(p.jobs[3].settings, "\"round_to\":2"));
    cr_assert_not_null(strstr(p.jobs[0].settings, "\"best_effort\":true"));
    settings_done(&p);
    cr_assert_eq(take(&p, "{'technique':'all','sparsity':0.5,"
                          "'best_effort':false}", 0, &a), 0);
    cr_assert_not_null(strstr(p.jobs[0].settings, "\"best_effort\":false"));
    settings_done(&p);
}

Test(settings, all_gives_a_criterion_to_those_that_have_it)
{
    struct settings_plan p = {0};
    struct answer a = {0};
    cr_assert_eq(take(&p, "{'technique':'all','sparsity':0.5,"
                          "'criterion':'l2'}", 0, &a), 0);
    cr_assert_null(strstr(p.jobs[0].settings, "l2"));
    cr_assert_not_null(strstr(p.jobs[1].settings, "l2"));
    settings_done(&p);
}

Test(settings, a_list_is_a_group)
{
    struct settings_plan p = {0};
    struct answer a = {0};
    cr_assert_eq(take(&p, "{'technique':'weight','sparsity':'0.3,0.5'}", 1,
                      &a), 0);
    cr_assert_eq(p.n_jobs, 2);
    cr_assert(p.group);
    settings_done(&p);
    cr_assert_eq(take(&p, "{'technique':'weight','sparsity':[0.3]}", 0, &a),
                 0);
    cr_assert(!p.group);
    settings_done(&p);
}

/* Problem, pointer of its first blame, a part of the detail. */
static const struct {
    int text;
    const char *in, *slug, *pointer, *detail;
} refused[] = {
    {0, "{'sparsity':0.5}", "invalid-setting", "/technique", "missing"},
    {0, "{'technique':'magic','sparsity':0.5}", "unknown-technique",
     "/technique", "weight, neuron"},
    {0, "{'technique':'weight'}", "invalid-setting", "/sparsity",
     "macs_ratio"},
    {0, "{'technique':'weight','sparsity':0.5,'macs_ratio':0.5}",
     "invalid-setting", "/macs_ratio", "second target"},
    {0, "{'technique':'weight','sparsity':1.5}", "invalid-setting",
     "/sparsity", "from 0 below 1"},
    {0, "{'technique':'weight','sparsity':1}", "invalid-setting",
     "/sparsity", "below 1"},
    {0, "{'technique':'weight','sparsity':-0.1}", "invalid-setting",
     "/sparsity", "from 0"},
    {0, "{'technique':'weight','macs_ratio':0}", "invalid-setting",
     "/macs_ratio", "above 0 up to 1"},
    {0, "{'technique':'weight','sparsity':'0.5'}", "invalid-setting",
     "/sparsity", "a number"},
    {0, "{'technique':'weight','sparsity':true}", "invalid-setting",
     "/sparsity", "a number"},
    {0, "{'technique':'weight','sparsity':[]}", "invalid-setting",
     "/sparsity", "list"},
    {0, "{'technique':'weight','sparsity':[0.5,2]}", "invalid-setting",
     "/sparsity", "below 1"},
    {0, "{'technique':'weight','sparsity':0.5,'speed':9}",
     "invalid-setting", "/speed", "no setting"},
    {0, "{'technique':'weight','sparsity':0.5,'round_to':2}",
     "invalid-setting", "/round_to", "not used by technique weight"},
    {0, "{'technique':'weight','unit_sparsity':0.5}", "invalid-setting",
     "/unit_sparsity", "not used"},
    {0, "{'technique':'all','unit_sparsity':0.5}", "invalid-setting",
     "/unit_sparsity", "every technique"},
    {0, "{'technique':'neuron','sparsity':0.5,'round_to':9}",
     "invalid-setting", "/round_to", "from 1 up to 8"},
    {0, "{'technique':'neuron','sparsity':0.5,'round_to':1.5}",
     "invalid-setting", "/round_to", "whole number"},
    {0, "{'technique':'neuron','sparsity':0.5,'seed':-1}",
     "invalid-setting", "/seed", "0 or more"},
    {0, "{'technique':'neuron','sparsity':0.5,'seed':1e300}",
     "invalid-setting", "/seed", "whole number"},
    {0, "{'technique':'neuron','sparsity':0.5,'best_effort':1}",
     "invalid-setting", "/best_effort", "true or false"},
    {0, "{'technique':'neuron','sparsity':0.5,'criterion':'l3'}",
     "invalid-setting", "/criterion", "one of l1, l2"},
    {0, "{'technique':'weight','sparsity':0.5,'criterion':'l2'}",
     "invalid-setting", "/criterion", "not used by technique weight"},
    {0, "{'technique':'neuron','sparsity':0.5,'note':''}",
     "invalid-setting", "/note", "1 to 4096"},
    {0, "{'technique':'neuron','sparsity':0.5,'exclude':'a'}",
     "invalid-setting", "/exclude", "list of texts"},
    {0, "{'technique':'neuron','sparsity':0.5,'exclude':[1]}",
     "invalid-setting", "/exclude", "list of texts"},
    {0, "{'technique':'neuron','sparsity':0.5,'model':3}",
     "invalid-setting", "/model", "a name"},
    {0, "{'technique':7,'sparsity':0.5}", "invalid-setting", "/technique",
     ""},
    {1, "{'technique':'weight','sparsity':'half'}", "invalid-setting",
     "/sparsity", "a number"},
    {1, "{'technique':'weight','sparsity':'nan'}", "invalid-setting",
     "/sparsity", "a number"},
    {1, "{'technique':'weight','sparsity':'0x1p-1'}", "invalid-setting",
     "/sparsity", "a number"},
    {1, "{'technique':'weight','sparsity':'0.5,'}", "invalid-setting",
     "/sparsity", "a number"},
    {1, "{'technique':'weight','sparsity':'1e999'}", "invalid-setting",
     "/sparsity", "a number"},
    {1, "{'technique':'weight','sparsity':'0.5','seed':'1.5'}",
     "invalid-setting", "/seed", "whole number"},
    {1, "{'technique':'weight','sparsity':'0.5','best_effort':'maybe'}",
     "invalid-setting", "/best_effort", "true or false"},
    {0, "[1]", "bad-request", NULL, "no object"},
    {0, "{'technique':'all','sparsity':[0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,"
        "0.9,0.95]}", "invalid-setting", NULL, "more than the 20"},
};

Test(settings, what_is_wrong_is_named)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct settings_plan p = {0};
        struct answer a = {0};
        const char *in = refused[i].in;
        cr_assert_eq(take(&p, in, refused[i].text, &a), -1, "%s", in);
        cr_assert_null(p.jobs);
        const char *type = json_text(a.body, "type", "/problems/");
        cr_assert_str_eq(type + 10, refused[i].slug, "%s", in);
        cr_assert_not_null(strstr(json_text(a.body, "detail", ""),
                                  refused[i].detail), "%s: %s", in,
                           json_text(a.body, "detail", ""));
        const json_t *errors = json_object_get(a.body, "errors");
        if (refused[i].pointer)
            cr_assert_str_eq(json_text(json_array_get(errors, 0), "pointer",
                                       ""), refused[i].pointer, "%s", in);
        answer_done(&a);
    }
}

Test(settings, every_fault_is_named)
{
    struct settings_plan p = {0};
    struct answer a = {0};
    cr_assert_eq(take(&p, "{'technique':'weight','sparsity':2,'seed':-1,"
                          "'x':1}", 0, &a), -1);
    cr_assert_eq(json_array_size(json_object_get(a.body, "errors")), 3);
    cr_assert_eq(a.status, 422);
    answer_done(&a);
}

Test(settings, live_with_any_allocation_failing)
{
    json_t *o = from("{'model':'m','technique':'all','sparsity':0.5}");
    struct settings_context c = {.describe = describe, .threads = 1,
                                 .most_jobs = 20};
    for (long i = 0;; i++) {
        struct settings_plan p = {0};
        struct answer a = {0};
        mem_fail_after(i);
        int rc = settings_read(&p, &c, o, 0, &a);
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert_eq(rc, failed ? -1 : 0);
        cr_assert_eq(a.status, failed ? 500 : 0);
        settings_done(&p);
        answer_done(&a);
        if (!failed)
            break;
    }
    json_decref(o);
}

/* --- data sets -------------------------------------------------------- */

Test(settings, of_data_sets_are_numbers)
{
    struct answer a = {0};
    json_t *in = from("{'scale':'255','mean':'0.5,0.25','layout':'NHW'}");
    char *text = dataset_settings_read(in, &a);
    json_t *o = json_loads(text, 0, NULL);
    cr_assert_eq(json_array_size(json_object_get(o, "mean")), 2);
    cr_assert_str_eq(json_text(o, "layout", ""), "NHW");
    json_decref(o);
    json_decref(in);
    mem_free(text);
    text = dataset_settings_read(NULL, &a);
    cr_assert_str_eq(text, "{}");
    mem_free(text);
}
