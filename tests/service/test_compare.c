#include "service_fixture.h"

TestSuite(compare, .init = setup, .fini = teardown, .timeout = 60);

static const json_t *row(const struct answer *a, size_t i)
{
    return json_array_get(json_object_get(a->body, "rows"), i);
}

Test(compare, begins_with_the_original)
{
    struct answer a = {0};
    cr_assert_eq(status_of(put_model("m", "ok\n")), 201);
    cr_assert_eq(read_compare(reader(), "m", NULL, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "rows")), 1);
    cr_assert_str_eq(json_text(row(&a, 0), "technique", ""), "none");
    cr_assert_eq(json_int(row(&a, 0), "bytes", 0), 3);
    cr_assert_eq(json_int(row(&a, 0), "macs", 0), 2000);
    cr_assert_null(json_object_get(row(&a, 0), "accuracy_top1"));
    answer_done(&a);
}

Test(compare, has_a_row_for_every_job)
{
    char good[ID_TEXT], bad[ID_TEXT], open[ID_TEXT];
    cr_assert_eq(status_of(put_model("m", "ok\n")), 201);
    cr_assert_eq(status_of(put_model("s", "sleep 60\n")), 201);
    await_end(new_job(good, "{'model':'m','technique':'weight','sparsity':"
                            "0.5}"), "succeeded");
    new_job(bad, "{'model':'s','technique':'neuron','sparsity':0.5}");
    await_end(bad, "running");
    new_job(open, "{'model':'m','technique':'layer','sparsity':0.25}");
    struct answer a = {0};
    cr_assert_eq(read_compare(reader(), "m", NULL, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "rows")), 3);
    const json_t *original = row(&a, 0), *done = row(&a, 1);
    cr_assert_eq(json_number(original, "latency_p50_ms", 0), 1.5);
    cr_assert_eq(json_number(original, "accuracy_top1", 0), 90);
    cr_assert_str_eq(json_text(done, "job", ""), good);
    cr_assert_eq(json_int(done, "bytes", 0), 400);
    cr_assert_eq(json_number(done, "bytes_ratio", 0), 0.5);
    cr_assert_eq(json_number(done, "accuracy_drop", 0), 0.25);
    cr_assert_eq(json_number(json_object_get(done, "target"), "sparsity",
                             0), 0.5);
    cr_assert_null(json_object_get(done, "compressed_bytes"));
    cr_assert_str_eq(json_text(row(&a, 2), "state", ""), "queued");
    cr_assert_null(json_object_get(row(&a, 2), "bytes"));
    char *csv = compare_csv(a.body), line[300];
    snprintf(line, sizeof line,
             "\n%s,succeeded,weight,l1,sparsity=0.5,0.5,true,400,0.5,,1000,"
             "1000,2000,1,1.5,0.9,90.0,0.25,0.99,\n", good);
    cr_assert_not_null(strstr(csv, line), "%s", csv);
    snprintf(line, sizeof line,
             "\n%s,queued,layer,l1,sparsity=0.25,,,,,,,,,,,,,,,\n", open);
    cr_assert_not_null(strstr(csv, line), "%s", csv);
    cr_assert_eq(strncmp(csv, "job,state,technique,criterion,target,achieved,"
                              "target_met,bytes,bytes_ratio,compressed_bytes,"
                              "parameters,nonzeros,macs,macs_ratio,"
                              "latency_p50_ms,latency_ratio,accuracy_top1,"
                              "accuracy_drop,agreement,error\n,,none,", 200),
                 0);
    mem_free(csv);
    answer_done(&a);
}

Test(compare, tells_errors)
{
    char id[ID_TEXT];
    cr_assert_eq(status_of(put_model("m", "error nothing-to-prune\n")), 201);
    await_end(new_job(id, "{'model':'m','technique':'neuron','sparsity':"
                          "0.5}"), "failed");
    struct answer a = {0};
    cr_assert_eq(read_compare(reader(), "m", NULL, &a), 0);
    cr_assert_str_eq(json_text(json_object_get(row(&a, 1), "error"), "type",
                               ""), "nothing-to-prune");
    char *csv = compare_csv(a.body);
    cr_assert_not_null(strstr(csv, ",nothing-to-prune: on demand\n"), "%s",
                       csv);
    mem_free(csv);
    answer_done(&a);
}

Test(compare, wants_one_thing_that_is_there)
{
    struct answer a = {0};
    cr_assert_eq(read_compare(reader(), "m", NULL, &a), -1);
    cr_assert_str_eq(slug_of(a), "not-found");
    a = (struct answer){0};
    cr_assert_eq(read_compare(reader(), NULL, "g0", &a), -1);
    cr_assert_str_eq(slug_of(a), "not-found");
    a = (struct answer){0};
    cr_assert_eq(read_compare(reader(), NULL, NULL, &a), -1);
    cr_assert_str_eq(slug_of(a), "bad-request");
    a = (struct answer){0};
    cr_assert_eq(read_compare(reader(), "m", "g", &a), -1);
    cr_assert_str_eq(slug_of(a), "bad-request");
}

Test(compare, csv_is_quoted)
{
    json_t *body = json_pack("{s:[{s:s,s:{s:s,s:s}}]}", "rows", "job",
                             "a\"b,c", "error", "type", "t", "detail",
                             "one\ntwo");
    char *csv = compare_csv(body);
    cr_assert_not_null(strstr(csv, "\n\"a\"\"b,c\","), "%s", csv);
    cr_assert_not_null(strstr(csv, ",\"t: one\ntwo\"\n"), "%s", csv);
    mem_free(csv);
    json_decref(body);
}
