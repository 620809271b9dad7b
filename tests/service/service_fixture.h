#ifndef TESTS_SERVICE_FIXTURE_H
#define TESTS_SERVICE_FIXTURE_H

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "config.h"
#include "service/read.h"
#include "service/service.h"
#include "service/upload.h"
#include "store/state.h"
#include "sys/clock.h"
#include "sys/config.h"

/* A daemon without HTTP: the service on a thread of its own, with the
 * stand-in of tests/lib/fake-prune.sh for a worker. */

static char root[64];
static struct config config;
static struct service *service;
static pthread_t loop_thread;
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t open_changed = PTHREAD_COND_INITIALIZER;
static int opened;
static struct prune_error open_error;

static void *run_service(void *unused)
{
    struct service *mine = NULL;
    int rc = service_open(&mine, &config, &open_error);
    pthread_mutex_lock(&open_lock);
    service = mine;
    opened = 1;
    pthread_cond_signal(&open_changed);
    pthread_mutex_unlock(&open_lock);
    if (!rc)
        service_run(mine);
    service_close(mine);
    return unused;
}

__attribute__((unused)) static void start_service(void)
{
    opened = 0;
    cr_assert_eq(pthread_create(&loop_thread, NULL, run_service, NULL), 0);
    pthread_mutex_lock(&open_lock);
    while (!opened)
        pthread_cond_wait(&open_changed, &open_lock);
    pthread_mutex_unlock(&open_lock);
    cr_assert_not_null(service, "%s", open_error.text);
}

__attribute__((unused)) static void stop_service(void)
{
    service_reader_drop(service);
    service_stop(service);
    pthread_join(loop_thread, NULL);
    service = NULL;
}

__attribute__((unused)) static void prepare(void)
{
    static char fake[PATH_MAX];
    const char *top = getenv("TOP_SRCDIR");
    snprintf(fake, sizeof fake, "%s/tests/lib/fake-prune.sh",
             top ? top : ".");
    cr_assert_eq(access(fake, X_OK), 0, "%s", fake);
    strcpy(root, "/tmp/pruned-service-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
    setenv("FAKE_PRUNE_VERSION", PACKAGE_VERSION, 1);
    char state_dir[80], prune[PATH_MAX + 16];
    snprintf(state_dir, sizeof state_dir, "--state-dir=%s/state", root);
    snprintf(prune, sizeof prune, "--prune=%s", fake);
    char *argv[] = {(char *)"pruned", state_dir, prune,
                    (char *)"--drain-seconds=0", (char *)"--reserve=0", NULL};
    struct prune_error e = {0};
    cr_assert_eq(config_load(&config, 5, argv, &e), 0, "%s", e.text);
}

__attribute__((unused)) static void setup(void)
{
    prepare();
    start_service();
}

__attribute__((unused)) static void teardown(void)
{
    if (service)
        stop_service();
    config_done(&config);
    state_remove(root);
}

/* --- asking ----------------------------------------------------------- */

struct call {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int done;
    struct answer answer;
};

__attribute__((unused)) static void call_done(void *data, struct answer *a)
{
    struct call *c = data;
    pthread_mutex_lock(&c->lock);
    c->answer = *a;
    c->done = 1;
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

__attribute__((unused)) static struct answer call_wait(struct call *c)
{
    pthread_mutex_lock(&c->lock);
    while (!c->done)
        pthread_cond_wait(&c->changed, &c->lock);
    pthread_mutex_unlock(&c->lock);
    return c->answer;
}

#define CALL                                                                  \
    {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}

/* The text as an upload; a refusal before the body counts as its answer. */
__attribute__((unused)) static struct answer
upload(const struct upload_request *q, const char *text)
{
    struct upload *u;
    struct answer refusal = {0};
    struct call c = CALL;
    if (upload_begin(&u, service, q, &refusal))
        return refusal;
    if (upload_write(u, text, strlen(text), &refusal)) {
        upload_drop(u);
        return refusal;
    }
    cr_assert_eq(service_post_upload(service, u, call_done, &c), 0);
    return call_wait(&c);
}

__attribute__((unused)) static struct answer put_model(const char *name,
                                                       const char *text)
{
    struct upload_request q = {.kind = UPLOAD_MODEL, .name = name,
                               .size = (int64_t)strlen(text)};
    return upload(&q, text);
}

__attribute__((unused)) static struct answer put_dataset(const char *name,
                                                         const char *text)
{
    struct upload_request q = {.kind = UPLOAD_DATASET, .name = name,
                               .size = -1};
    return upload(&q, text);
}

/* A job of the JSON given, with ' for ". */
__attribute__((unused)) static struct answer post(const char *quoted)
{
    char text[1024];
    snprintf(text, sizeof text, "%s", quoted);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    struct call c = CALL;
    cr_assert_eq(service_post_jobs(service, json_loads(text, 0, NULL), 0,
                                   call_done, &c), 0);
    return call_wait(&c);
}

typedef int post_by_id_f(struct service *s, const char *id,
                         service_done_f *done, void *data);

__attribute__((unused)) static struct answer ask(post_by_id_f *how,
                                                 const char *id)
{
    struct call c = CALL;
    cr_assert_eq(how(service, id, call_done, &c), 0);
    return call_wait(&c);
}

/* The status of an answer, which is freed. */
__attribute__((unused)) static int status_of(struct answer a)
{
    int status = a.status;
    answer_done(&a);
    return status;
}

/* The slug of a problem, or "" of what is none. */
__attribute__((unused)) static const char *slug_of(struct answer a)
{
    static char slug[64];
    const char *type = json_text(a.body, "type", "");
    snprintf(slug, sizeof slug, "%s",
             strncmp(type, "/problems/", 10) ? "" : type + 10);
    answer_done(&a);
    return slug;
}

__attribute__((unused)) static struct reader *reader(void)
{
    struct answer a = {0};
    struct reader *r = service_reader(service, &a);
    cr_assert_not_null(r);
    return r;
}

/* A new job's id. */
__attribute__((unused)) static const char *new_job(char id[static ID_TEXT],
                                                   const char *settings)
{
    struct answer a = post(settings);
    cr_assert_eq(a.status, 202, "%s", json_text(a.body, "detail", "?"));
    snprintf(id, ID_TEXT, "%s", json_text(a.body, "id", ""));
    answer_done(&a);
    return id;
}

__attribute__((unused)) static json_t *job(const char *id)
{
    struct answer a = {0};
    cr_assert_eq(read_job(reader(), id, &a), 0);
    json_t *body = json_incref(a.body);
    answer_done(&a);
    return body;
}

__attribute__((unused)) static void nap(void)
{
    struct timespec ten_ms = {0, 10000000};
    nanosleep(&ten_ms, NULL);
}

/* The job once it is in that state; the tests' own time limit ends a wait
 * for what never comes. */
__attribute__((unused)) static json_t *await(const char *id,
                                             const char *state)
{
    for (;;) {
        json_t *j = job(id);
        if (!strcmp(json_text(j, "state", ""), state))
            return j;
        json_decref(j);
        nap();
    }
}

__attribute__((unused)) static void await_end(const char *id,
                                              const char *state)
{
    json_decref(await(id, state));
}

/* Files below a folder of the state directory. */
__attribute__((unused)) static int count_files(const char *below)
{
    char command[160];
    int n = -1;
    snprintf(command, sizeof command, "find %s/state/%s -type f | wc -l",
             root, below);
    FILE *p = popen(command, "r");
    cr_assert_eq(fscanf(p, "%d", &n), 1);
    pclose(p);
    return n;
}

#endif
