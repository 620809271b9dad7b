/* covers: service/upload service/keep service/inspect service/names
 * service/read_names service/rows */
#include "service_fixture.h"

TestSuite(names, .init = setup, .fini = teardown, .timeout = 60);

Test(names, a_model_is_new_once)
{
    struct answer a = put_model("m.onnx", "ok\n");
    cr_assert_eq(a.status, 201);
    cr_assert_str_eq(a.location, "/v1/models/m.onnx");
    cr_assert_eq(strlen(a.digest), 64);
    cr_assert_str_eq(json_text(a.body, "name", ""), "m.onnx");
    cr_assert_str_eq(json_text(a.body, "sha256", ""), a.digest);
    cr_assert_eq(json_int(a.body, "bytes", 0), 3);
    cr_assert_eq(json_int(a.body, "macs", 0), 2000);
    cr_assert_null(json_object_get(a.body, "layers"));
    answer_done(&a);
    cr_assert_eq(status_of(put_model("m.onnx", "ok\n")), 200);
    cr_assert_eq(status_of(put_model("other", "ok\n")), 201);
    cr_assert_eq(count_files("blobs"), 1);
}

Test(names, a_name_moves_and_the_old_bytes_go)
{
    cr_assert_eq(status_of(put_model("m", "ok\n")), 201);
    cr_assert_eq(status_of(put_model("m", "ok two\n")), 201);
    cr_assert_eq(count_files("blobs"), 1);
    cr_assert_eq(status_of(ask(service_post_model_delete, "m")), 204);
    cr_assert_eq(count_files("blobs"), 0);
    cr_assert_eq(status_of(ask(service_post_model_delete, "m")), 404);
}

Test(names, what_is_refused_leaves_nothing)
{
    struct answer a = put_model("m", "bad\n");
    cr_assert_eq(a.status, 422);
    cr_assert_str_eq(json_text(a.body, "detail", ""), "not an ONNX model");
    cr_assert_str_eq(slug_of(a), "invalid-model");
    cr_assert_str_eq(slug_of(put_dataset("d", "bad\n")), "invalid-dataset");
    cr_assert_str_eq(slug_of(put_model("m", "kill inspect\n")),
                     "invalid-model");
    cr_assert_eq(count_files("blobs"), 0);
    a = (struct answer){0};
    cr_assert_eq(read_model(reader(), "m", &a), -1);
    cr_assert_str_eq(slug_of(a), "not-found");
}

Test(names, refuses_before_the_body)
{
    static const char *const bad[] = {"../x", ".x", "", "a/b", "a b", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_str_eq(slug_of(put_model(bad[i], "ok\n")), "invalid-name");
    char name[200];
    memset(name, 'a', sizeof name);
    name[129] = '\0';
    cr_assert_str_eq(slug_of(put_model(name, "ok\n")), "invalid-name");
    name[128] = '\0';
    cr_assert_eq(status_of(put_model(name, "ok\n")), 201);
    struct upload_request q = {.kind = UPLOAD_MODEL, .name = "m",
                               .size = config.max_upload + 1};
    struct upload *u;
    struct answer a = {0};
    cr_assert_eq(upload_begin(&u, service, &q, &a), -1);
    cr_assert_str_eq(slug_of(a), "too-large");
}

Test(names, counts_what_was_not_announced)
{
    struct upload_request q = {.kind = UPLOAD_MODEL, .name = "m",
                               .size = -1};
    struct upload *u;
    struct answer a = {0};
    config.max_upload = 10;
    cr_assert_eq(upload_begin(&u, service, &q, &a), 0);
    cr_assert_eq(upload_write(u, "0123456789", 10, &a), 0);
    cr_assert_eq(upload_write(u, "x", 1, &a), -1);
    cr_assert_str_eq(slug_of(a), "too-large");
    upload_drop(u);
}

Test(names, a_digest_that_is_announced_must_hold)
{
    char wrong[65];
    memset(wrong, '0', 64);
    wrong[64] = '\0';
    struct upload_request q = {.kind = UPLOAD_MODEL, .name = "m", .size = 3,
                               .sha256 = wrong};
    cr_assert_str_eq(slug_of(upload(&q, "ok\n")), "digest-mismatch");
    q.sha256 = "dc51b8c96c2d745df3bd5590d990230a482fd247123599548e0632fdbf97f"
               "c22";
    cr_assert_eq(status_of(upload(&q, "ok\n")), 201);
}

Test(names, only_if_new)
{
    struct upload_request q = {.kind = UPLOAD_MODEL, .name = "m", .size = 3,
                               .only_if_new = 1};
    cr_assert_eq(status_of(upload(&q, "ok\n")), 201);
    cr_assert_str_eq(slug_of(upload(&q, "ok\n")), "precondition-failed");
}

Test(names, no_room_is_said)
{
    config.reserve = INT64_C(1) << 60;
    cr_assert_str_eq(slug_of(put_model("m", "ok\n")), "disk-full");
    struct answer a = {0};
    cr_assert_eq(read_ready(reader(), &a), -1);
    cr_assert_str_eq(slug_of(a), "not-ready");
}

Test(names, looking_into_it_has_an_end)
{
    config.inspect_seconds = 1;
    struct answer a = put_model("m", "hang\n");
    cr_assert_not_null(strstr(json_text(a.body, "detail", ""), "longer"));
    cr_assert_str_eq(slug_of(a), "invalid-model");
}

static json_t *query(const char *key, const char *value)
{
    json_t *o = json_object();
    cr_assert_eq(json_put_text(o, key, value), 0);
    return o;
}

Test(names, a_data_set_has_settings)
{
    json_t *settings = query("mean", "0.5,0.25");
    json_put_text(settings, "layout", "NHWC");
    struct upload_request q = {.kind = UPLOAD_DATASET, .name = "d",
                               .size = -1, .settings = settings};
    struct answer a = upload(&q, "ok\n");
    cr_assert_eq(a.status, 201);
    json_t *s = json_object_get(a.body, "settings");
    cr_assert_str_eq(json_text(s, "layout", ""), "NHWC");
    cr_assert_eq(json_array_size(json_object_get(s, "mean")), 2);
    cr_assert_eq(json_int(a.body, "test", 0), 4);
    answer_done(&a);
    cr_assert_eq(status_of(upload(&q, "ok\n")), 200);
    q.settings = NULL; /* the same bytes, other settings */
    cr_assert_eq(status_of(upload(&q, "ok\n")), 201);
    json_decref(settings);
}

Test(names, settings_of_data_sets_are_checked)
{
    static const char *const bad[][2] = {
        {"scale", "0"}, {"scale", "-1"}, {"std", "a"}, {"mean", "1,"},
        {"mean", "nan"}, {"layout", "CHWN"}, {"foo", "1"}, {"mean", ""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *settings = query(bad[i][0], bad[i][1]);
        struct upload_request q = {.kind = UPLOAD_DATASET, .name = "d",
                                   .size = -1, .settings = settings};
        cr_assert_str_eq(slug_of(upload(&q, "ok\n")), "invalid-setting",
                         "%s=%s", bad[i][0], bad[i][1]);
        json_decref(settings);
    }
}

Test(names, lists_have_pages)
{
    cr_assert_eq(status_of(put_model("a", "ok\n")), 201);
    cr_assert_eq(status_of(put_model("b", "ok\n")), 201);
    cr_assert_eq(status_of(put_model("c", "ok\n")), 201);
    struct page page = {.limit = 2};
    struct answer a = {0};
    cr_assert_eq(read_models(reader(), &page, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "items")), 2);
    cr_assert_str_eq(json_text(a.body, "next", ""), "b");
    answer_done(&a);
    page.after = "b";
    cr_assert_eq(read_models(reader(), &page, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "items")), 1);
    cr_assert(json_is_null(json_object_get(a.body, "next")));
    answer_done(&a);
    cr_assert_eq(read_datasets(reader(), NULL, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "items")), 0);
    answer_done(&a);
}

Test(names, are_read_by_name_and_digest)
{
    struct answer put = put_model("m", "ok\n"), a = {0};
    char ref[80];
    snprintf(ref, sizeof ref, "sha256:%s", put.digest);
    answer_done(&put);
    cr_assert_eq(read_model(reader(), ref, &a), 0);
    cr_assert_str_eq(json_text(a.body, "name", ""), "m");
    answer_done(&a);
    cr_assert_eq(read_graph(reader(), "m", &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "layers")), 1);
    answer_done(&a);
    struct read_file f;
    cr_assert_eq(read_model_file(reader(), ref, &f, &a), 0);
    char text[8] = "";
    cr_assert_eq(read(f.fd, text, 8), 3);
    cr_assert_str_eq(text, "ok\n");
    cr_assert_eq(f.size, 3);
    close(f.fd);
    answer_done(&a);
    cr_assert_eq(read_dataset_file(reader(), "m", &f, &a), -1);
    cr_assert_eq(f.fd, -1);
    cr_assert_str_eq(slug_of(a), "not-found");
}
