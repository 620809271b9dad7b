/* covers: service/jobs service/queue service/ending service/leavings
 * service/folder service/read_jobs service/read_events service/job_row
 * service/watch service/change */
#include <signal.h>
#include <stdatomic.h>

#include "service_fixture.h"

static void with_models(void)
{
    static const char *const models[] = {
        "ok", "sleep 60", "sleep 1", "stubborn 60", "error nothing-to-prune",
        "kill 9", "exit 7", "silent", "chatty 3000",
    };
    setup();
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        char name[64], text[80];
        snprintf(name, sizeof name, "%s", models[i]);
        for (char *p = name; *p; p++)
            if (*p == ' ')
                *p = '_';
        snprintf(text, sizeof text, "%s\n", models[i]);
        cr_assert_eq(status_of(put_model(name, text)), 201);
    }
    cr_assert_eq(status_of(put_dataset("d", "data\n")), 201);
}

TestSuite(jobs, .init = with_models, .fini = teardown, .timeout = 120);

#define JOB(model)                                                            \
    "{'model':'" model "','technique':'weight','sparsity':0.5}"

Test(jobs, one_runs_to_its_end)
{
    struct answer a = post("{'model':'ok','dataset':'d','technique':'neuron',"
                           "'sparsity':0.5,'seed':3}");
    cr_assert_eq(a.status, 202);
    cr_assert_eq(a.retry_after, 1);
    char id[ID_TEXT], location[64];
    snprintf(id, sizeof id, "%s", json_text(a.body, "id", ""));
    snprintf(location, sizeof location, "/v1/jobs/%s", id);
    cr_assert_str_eq(a.location, location);
    cr_assert_str_eq(json_text(a.body, "state", ""), "queued");
    cr_assert_eq(json_int(a.body, "position", 0), 1);
    answer_done(&a);
    json_t *j = await(id, "succeeded");
    cr_assert_eq(json_int(json_object_get(j, "settings"), "seed", 0), 3);
    cr_assert_eq(json_int(json_object_get(j, "settings"), "threads", 0), 1);
    cr_assert_str_eq(json_text(json_object_get(j, "settings"), "recover",
                               ""), "calibrate");
    cr_assert_eq(json_number(json_object_get(j, "target"), "sparsity", 0),
                 0.5);
    cr_assert_eq(json_int(j, "attempt", 0), 1);
    cr_assert_eq(json_number(json_object_get(j, "report"), "achieved", 0),
                 0.5);
    cr_assert_not_null(json_object_get(j, "finished"));
    json_decref(j);
    while (count_files("work")) /* the folder goes after the answer */
        nap();
}

Test(jobs, leaves_model_report_and_log)
{
    char id[ID_TEXT], text[64] = "", wanted[64];
    struct answer a = {0};
    struct read_file f;
    await_end(new_job(id, JOB("ok")), "succeeded");
    cr_assert_eq(read_job_model(reader(), id, &f, &a), 0);
    snprintf(wanted, sizeof wanted, "pruned by weight as %s\n", id);
    cr_assert_eq(read(f.fd, text, sizeof text - 1), (ssize_t)strlen(wanted));
    cr_assert_str_eq(text, wanted);
    cr_assert_str_eq(f.name, "ok-weight.onnx");
    close(f.fd);
    answer_done(&a);
    cr_assert_eq(read_job_report(reader(), id, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "layers")), 1);
    answer_done(&a);
    cr_assert_eq(read_job_log(reader(), id, &f, &a), 0);
    memset(text, 0, sizeof text);
    cr_assert_gt(read(f.fd, text, sizeof text - 1), 0);
    cr_assert_str_eq(text, "the worker says ok\n");
    close(f.fd);
    answer_done(&a);
}

Test(jobs, all_techniques_make_a_group)
{
    struct answer a = post("{'model':'ok','technique':'all','sparsity':0.5,"
                           "'round_to':4}");
    cr_assert_eq(a.status, 202);
    const json_t *items = json_object_get(a.body, "items"), *one;
    cr_assert_eq(json_array_size(items), 5);
    const char *group = json_text(a.body, "group", "");
    cr_assert(id_is(group, 'g'));
    size_t i;
    json_array_foreach (items, i, one) {
        const json_t *settings = json_object_get(one, "settings");
        cr_assert(json_is_true(json_object_get(settings, "best_effort")));
        const char *technique = json_text(one, "technique", "");
        int rounds = !strcmp(technique, "neuron") ||
                     !strcmp(technique, "structured");
        cr_assert_eq(json_int(settings, "round_to", 0), rounds ? 4 : 0);
        await_end(json_text(one, "id", ""), "succeeded");
    }
    struct job_filter f = {.group = group};
    struct answer list = {0};
    cr_assert_eq(read_jobs(reader(), &f, NULL, &list), 0);
    cr_assert_eq(json_array_size(json_object_get(list.body, "items")), 5);
    answer_done(&list);
    answer_done(&a);
}

Test(jobs, a_list_makes_one_each)
{
    struct answer a = post("{'model':'ok','technique':'weight',"
                           "'sparsity':[0.3,0.5,0.7]}");
    const json_t *items = json_object_get(a.body, "items");
    cr_assert_eq(json_array_size(items), 3);
    const json_t *last = json_array_get(items, 2);
    cr_assert_eq(json_number(json_object_get(last, "target"), "sparsity", 0),
                 0.7);
    await_end(json_text(last, "id", ""), "succeeded");
    answer_done(&a);
}

Test(jobs, unknown_things_are_named)
{
    cr_assert_str_eq(slug_of(post(JOB("nothing"))), "unknown-model");
    cr_assert_str_eq(slug_of(post("{'model':'ok','dataset':'e','technique':"
                                  "'weight','sparsity':0.5}")),
                     "unknown-dataset");
    cr_assert_str_eq(slug_of(post("{'technique':'weight','sparsity':0.5}")),
                     "invalid-setting");
    cr_assert_str_eq(slug_of(post("[]")), "bad-request");
    struct answer a = {0};
    cr_assert_eq(read_job(reader(), "j0", &a), -1);
    cr_assert_str_eq(slug_of(a), "not-found");
    cr_assert_eq(status_of(ask(service_post_cancel, "j0")), 404);
    cr_assert_eq(status_of(ask(service_post_job_delete, "../x")), 404);
}

static const char *error_type(const char *id, char type[static 64])
{
    json_t *j = await(id, "failed");
    snprintf(type, 64, "%s", json_text(json_object_get(j, "error"), "type",
                                       ""));
    json_decref(j);
    return type;
}

Test(jobs, a_failure_has_its_reason)
{
    char id[ID_TEXT], type[64];
    cr_assert_str_eq(error_type(new_job(id, JOB("error_nothing-to-prune")),
                                type), "nothing-to-prune");
    struct answer a = {0};
    struct read_file f;
    cr_assert_eq(read_job_model(reader(), id, &f, &a), -1);
    cr_assert_str_eq(slug_of(a), "job-failed");
    cr_assert_str_eq(error_type(new_job(id, JOB("silent")), type),
                     "worker-died");
}

static void expect_detail(const char *settings, const char *wanted)
{
    char id[ID_TEXT];
    json_t *j = await(new_job(id, settings), "failed");
    const json_t *error = json_object_get(j, "error");
    cr_assert_str_eq(json_text(error, "type", ""), "worker-died");
    cr_assert_not_null(strstr(json_text(error, "detail", ""), wanted), "%s",
                       json_text(error, "detail", ""));
    json_decref(j);
}

Test(jobs, a_death_is_told_with_the_end_of_the_log)
{
    expect_detail(JOB("kill_9"), "signal 9");
    expect_detail(JOB("kill_9"), "the worker says kill");
    expect_detail(JOB("exit_7"), "exit status 7");
    expect_detail(JOB("exit_7"), "last words");
}

Test(jobs, a_worker_killed_from_outside_fails_its_job)
{
    char id[ID_TEXT], path[128];
    long pid = 0;
    await_end(new_job(id, JOB("sleep_60")), "running");
    snprintf(path, sizeof path, "%s/state/work/%s/lock", root, id);
    while (pid <= 1) {
        FILE *f = fopen(path, "r");
        if (f && fscanf(f, "%ld", &pid) != 1)
            pid = 0;
        if (f)
            fclose(f);
        nap();
    }
    cr_assert_eq(kill((pid_t)pid, SIGKILL), 0);
    json_decref(await(id, "failed"));
    await_end(new_job(id, JOB("ok")), "succeeded"); /* it goes on */
}

Test(jobs, a_queued_one_is_canceled_at_once)
{
    char first[ID_TEXT], second[ID_TEXT];
    await_end(new_job(first, JOB("sleep_60")), "running");
    new_job(second, JOB("ok"));
    struct answer a = ask(service_post_cancel, second);
    cr_assert_eq(a.status, 202);
    cr_assert_str_eq(json_text(a.body, "state", ""), "canceled");
    answer_done(&a);
    cr_assert_eq(status_of(ask(service_post_cancel, second)), 200);
}

Test(jobs, a_running_one_is_told_to_stop)
{
    char id[ID_TEXT];
    await_end(new_job(id, JOB("sleep_60")), "running");
    cr_assert_eq(status_of(ask(service_post_job_delete, id)), 409);
    struct answer a = ask(service_post_cancel, id);
    cr_assert_eq(a.status, 202);
    cr_assert(json_is_true(json_object_get(a.body, "cancel_requested")));
    answer_done(&a);
    await_end(id, "canceled");
    cr_assert_eq(status_of(ask(service_post_job_delete, id)), 204);
    cr_assert_eq(status_of(ask(service_post_job_delete, id)), 404);
}

Test(jobs, a_stubborn_one_is_killed)
{
    char id[ID_TEXT];
    await_end(new_job(id, JOB("stubborn_60")), "running");
    nap();
    cr_assert_eq(status_of(ask(service_post_cancel, id)), 202);
    await_end(id, "canceled");
}

Test(jobs, a_time_limit_ends_it)
{
    char id[ID_TEXT], type[64];
    config.job_seconds = 1;
    cr_assert_str_eq(error_type(new_job(id, JOB("sleep_60")), type),
                     "time-limit");
}

Test(jobs, the_queue_has_an_end)
{
    char id[ID_TEXT];
    config.max_queue = 6;
    await_end(new_job(id, JOB("sleep_60")), "running");
    cr_assert_eq(status_of(post("{'model':'ok','technique':'all',"
                                "'sparsity':0.5}")), 202);
    struct answer a = post("{'model':'ok','technique':'weight',"
                           "'sparsity':[0.1,0.2]}");
    cr_assert_eq(a.retry_after, 30);
    cr_assert_str_eq(slug_of(a), "queue-full");
    cr_assert_eq(status_of(post(JOB("ok"))), 202);
    cr_assert_str_eq(slug_of(post(JOB("ok"))), "queue-full");
}

Test(jobs, on_a_full_disk_they_wait)
{
    char id[ID_TEXT];
    struct timespec second = {1, 500000000};
    config.reserve = INT64_C(1) << 60;
    new_job(id, JOB("ok"));
    nanosleep(&second, NULL);
    json_t *j = job(id);
    cr_assert_str_eq(json_text(j, "state", ""), "queued");
    json_decref(j);
    config.reserve = 0;
    await_end(id, "succeeded");
}

Test(jobs, what_is_in_use_stays)
{
    char id[ID_TEXT];
    new_job(id, "{'model':'sleep_60','dataset':'d','technique':'weight',"
                "'sparsity':0.5}");
    cr_assert_str_eq(slug_of(ask(service_post_model_delete, "sleep_60")),
                     "in-use");
    cr_assert_str_eq(slug_of(ask(service_post_dataset_delete, "d")),
                     "in-use");
    cr_assert_eq(status_of(ask(service_post_cancel, id)), 202);
    await_end(id, "canceled");
    cr_assert_eq(status_of(ask(service_post_model_delete, "sleep_60")), 204);
    cr_assert_eq(status_of(ask(service_post_dataset_delete, "d")), 204);
}

Test(jobs, bytes_go_with_the_last_that_needs_them)
{
    char id[ID_TEXT];
    int before = count_files("blobs");
    await_end(new_job(id, JOB("ok")), "succeeded");
    cr_assert_eq(count_files("blobs"), before + 1);
    cr_assert_eq(status_of(ask(service_post_model_delete, "ok")), 204);
    cr_assert_eq(count_files("blobs"), before + 1); /* the job keeps it */
    cr_assert_eq(status_of(ask(service_post_job_delete, id)), 204);
    cr_assert_eq(count_files("blobs"), before - 1);
}

Test(jobs, one_shot)
{
    json_t *settings = json_object();
    json_put_text(settings, "technique", "structured");
    json_put_text(settings, "sparsity", "0.5");
    struct upload_request q = {.kind = UPLOAD_PRUNE, .size = -1,
                               .settings = settings};
    struct answer a = upload(&q, "ok anonymous\n");
    cr_assert_eq(a.status, 303);
    char id[ID_TEXT] = "";
    cr_assert_eq(sscanf(a.location, "/v1/jobs/%20[0-9a-z]/model?wait=600",
                        id), 1);
    answer_done(&a);
    json_t *j = await(id, "succeeded");
    cr_assert_eq(strncmp(json_text(j, "model", ""), "sha256:", 7), 0);
    json_decref(j);
    json_put_text(settings, "technique", "all");
    cr_assert_str_eq(slug_of(upload(&q, "ok\n")), "invalid-setting");
    json_put_text(settings, "technique", "none");
    cr_assert_str_eq(slug_of(upload(&q, "ok\n")), "unknown-technique");
    json_put_text(settings, "technique", "weight");
    json_put_text(settings, "dataset", "gone");
    cr_assert_str_eq(slug_of(upload(&q, "ok\n")), "unknown-dataset");
    json_object_del(settings, "dataset");
    await_end(new_job(id, JOB("sleep_60")), "running");
    new_job(id, JOB("ok"));
    config.max_queue = 1;
    struct upload *u;
    a = (struct answer){0};
    cr_assert_eq(upload_begin(&u, service, &q, &a), -1);
    cr_assert_eq(a.retry_after, 30);
    cr_assert_str_eq(slug_of(a), "queue-full");
    json_decref(settings);
}

/* --- events ----------------------------------------------------------- */

Test(jobs, events_are_replayed_from_anywhere)
{
    char id[ID_TEXT];
    await_end(new_job(id, JOB("chatty_3000")), "succeeded");
    struct events all, rest;
    struct answer a = {0};
    cr_assert_eq(read_events(reader(), id, 0, 100, &all, &a), 0);
    cr_assert(all.over);
    cr_assert_geq(all.n, 5);
    cr_assert_str_eq(all.items[0].type, "state");
    cr_assert_not_null(strstr(all.items[0].data, "\"queued\""));
    cr_assert_str_eq(all.items[all.n - 1].type, "state");
    cr_assert_not_null(strstr(all.items[all.n - 1].data, "\"succeeded\""));
    int metrics = 0;
    for (size_t i = 0; i < all.n; i++)
        metrics += !strcmp(all.items[i].type, "metric");
    cr_assert_eq(metrics, 1);
    for (size_t k = 0; k < all.n; k++) {
        cr_assert_eq(read_events(reader(), id, all.items[k].id, 100, &rest,
                                 &a), 0);
        cr_assert_eq(rest.n, all.n - k - 1);
        cr_assert(rest.over);
        events_done(&rest);
    }
    cr_assert_eq(read_events(reader(), id, 0, 2, &rest, &a), 0);
    cr_assert_eq(rest.n, 2);
    cr_assert(!rest.over);
    events_done(&rest);
    events_done(&all);
    answer_done(&a);
}

static atomic_int woken;

static void wake(void *data)
{
    (void)data;
    atomic_fetch_add(&woken, 1);
}

Test(jobs, watchers_are_woken)
{
    struct service_watch any = {.wake = wake};
    service_watch(service, &any);
    char id[ID_TEXT];
    await_end(new_job(id, JOB("ok")), "succeeded");
    while (atomic_load(&woken) < 3) /* queued, running, succeeded */
        nap();
    service_unwatch(service, &any);
    service_unwatch(service, &any);
    int before = atomic_load(&woken);
    await_end(new_job(id, JOB("ok")), "succeeded");
    cr_assert_eq(atomic_load(&woken), before);
    service_rewatch(service, &any, clock_steady());
    service_watch(service, &any);
    while (atomic_load(&woken) == before)
        nap();
    service_unwatch(service, &any);
}

/* --- lists ------------------------------------------------------------ */

Test(jobs, lists_are_filtered_and_paged)
{
    char id[5][ID_TEXT];
    for (int i = 0; i < 5; i++)
        await_end(new_job(id[i], JOB("ok")), "succeeded");
    struct job_filter f = {.state = "succeeded", .model = "ok",
                           .technique = "weight"};
    struct page page = {.limit = 3};
    struct answer a = {0};
    cr_assert_eq(read_jobs(reader(), &f, &page, &a), 0);
    const json_t *items = json_object_get(a.body, "items");
    cr_assert_eq(json_array_size(items), 3);
    cr_assert_str_eq(json_text(json_array_get(items, 0), "id", ""), id[4]);
    char next[32];
    snprintf(next, sizeof next, "%s", json_text(a.body, "next", ""));
    answer_done(&a);
    page.after = next;
    cr_assert_eq(read_jobs(reader(), &f, &page, &a), 0);
    items = json_object_get(a.body, "items");
    cr_assert_eq(json_array_size(items), 2);
    cr_assert_str_eq(json_text(json_array_get(items, 1), "id", ""), id[0]);
    answer_done(&a);
    page.after = "x";
    cr_assert_eq(read_jobs(reader(), &f, &page, &a), -1);
    cr_assert_str_eq(slug_of(a), "bad-request");
    a = (struct answer){0};
    f = (struct job_filter){.state = "lost"};
    cr_assert_eq(read_jobs(reader(), &f, NULL, &a), -1);
    cr_assert_str_eq(slug_of(a), "bad-request");
    a = (struct answer){0};
    f = (struct job_filter){.model = "gone"};
    cr_assert_eq(read_jobs(reader(), &f, NULL, &a), 0);
    cr_assert_eq(json_array_size(json_object_get(a.body, "items")), 0);
    answer_done(&a);
}
