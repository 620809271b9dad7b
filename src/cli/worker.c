/* One job from a directory: how the daemon, or a batch system, runs the
 * library. Reads job.json and input.onnx; writes progress.jsonl as it goes,
 * output.onnx, and last report.json. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "config.h"
#include "prune/describe.h"

enum { JOB_BYTES = 1 << 20 };

struct worker {
    const char *folder;
    json_t *job;
    struct prune_options *options;
    int progress;        /* descriptor of progress.jsonl */
    char phase[64];
    struct timespec told;
};

static const struct flag flags[] = {FLAG_END};

/* --- progress -------------------------------------------------------- */

static json_t *line_new(const char *type)
{
    struct timespec now;
    struct tm tm;
    char text[40], stamp[64];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(stamp, sizeof stamp, "%s.%03ldZ", text, now.tv_nsec / 1000000);
    json_t *o = json_object();
    json_put_text(o, "t", stamp);
    json_put_text(o, "type", type);
    return o;
}

/* A line goes out in one write, so that a reader never sees half of one for
 * long. Progress that cannot be written is lost, the job is not. */
static void line_send(const struct worker *w, json_t *o)
{
    char *text = o ? json_dump(o) : NULL;
    char *line = text ? mem_printf("%s\n", text) : NULL;
    if (line && write(w->progress, line, strlen(line)) < 0)
        (void)errno;
    mem_free(line);
    mem_free(text);
    json_decref(o);
}

static double since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) +
           (double)(now.tv_nsec - then->tv_nsec) * 1e-9;
}

static int tell(void *payload, const char *phase, long long done,
                long long total)
{
    struct worker *w = payload;
    int other = strcmp(w->phase, phase) != 0;
    if (!other && since(&w->told) < 0.1)
        return 0;
    snprintf(w->phase, sizeof w->phase, "%s", phase);
    clock_gettime(CLOCK_MONOTONIC, &w->told);
    json_t *o = line_new(other ? "phase" : "progress");
    json_put_text(o, "phase", phase);
    json_put_int(o, "done", done);
    json_put_int(o, "total", total);
    line_send(w, o);
    return 0;
}

static void send_metric(const struct worker *w, const char *name,
                        const json_t *value)
{
    if (!json_is_number(value))
        return;
    json_t *o = line_new("metric");
    json_put_text(o, "name", name);
    json_put_real(o, "value", json_number_value(value));
    line_send(w, o);
}

static void send_metrics(const struct worker *w, const char *text)
{
    json_t *r = json_loads(text, 0, NULL);
    const json_t *m = json_object_get(r, "pruned");
    send_metric(w, "achieved", json_object_get(r, "achieved"));
    send_metric(w, "bytes", json_object_get(m, "bytes"));
    send_metric(w, "latency_p50_ms",
                json_object_get(json_object_get(m, "latency"), "p50_ms"));
    send_metric(w, "accuracy_top1",
                json_object_get(json_object_get(m, "accuracy"), "top1"));
    json_decref(r);
}

/* --- limits ---------------------------------------------------------- */

static int limit(int resource, int64_t amount, const char *name,
                 struct prune_error *err)
{
    if (amount <= 0)
        return 0;
    struct rlimit r = {(rlim_t)amount, (rlim_t)amount};
    if (setrlimit((__rlimit_resource_t)resource, &r))
        return err_set(err, PRUNE_E_FAILED, "limit %s cannot be set: %s",
                       name, strerror(errno));
    return 0;
}

/* Before the model is opened: it may be hostile. */
static int limit_all(const json_t *limits, struct prune_error *err)
{
    int rc = 0;
#if !defined PRUNE_ASAN && !defined PRUNE_TSAN
    /* Sanitizers reserve terabytes of addresses. */
    rc = limit(RLIMIT_AS, json_int(limits, "memory_bytes", 0),
               "memory_bytes", err);
#endif
    if (!rc)
        rc = limit(RLIMIT_CPU, json_int(limits, "cpu_seconds", 0),
                   "cpu_seconds", err);
    if (!rc)
        rc = limit(RLIMIT_FSIZE, json_int(limits, "file_bytes", 0),
                   "file_bytes", err);
    if (!rc)
        rc = limit(RLIMIT_CORE, 1, "core", err);
    int64_t wall = json_int(limits, "wall_seconds", 0);
    if (wall > 0)
        alarm((unsigned)(wall < 1 << 30 ? wall : 1 << 30));
    return rc;
}

/* A worker never outlives its daemon: the kernel ends it with its parent,
 * and a parent that died before that was arranged is noticed. */
static int die_with_parent(struct prune_error *err)
{
    pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
        return err_set(err, PRUNE_E_FAILED, "the parent process is gone");
    return 0;
}

/* --- the job --------------------------------------------------------- */

/* Keys that are no settings. */
static int is_envelope(const char *key)
{
    static const char *const keys[] = {"id", "data", "data_settings",
                                       "measure_lock", "limits"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i], key))
            return 1;
    return 0;
}

/* Settings are text on the way in; arrays are lists with commas. */
static char *value_text(const json_t *v)
{
    if (json_is_string(v))
        return mem_strdup(json_string_value(v));
    if (!json_is_array(v))
        return json_dump(v);
    char *text = json_dump(v);
    if (!text)
        return NULL;
    size_t n = strlen(text);
    memmove(text, text + 1, n - 1);
    text[n >= 2 ? n - 2 : 0] = 0;
    return text;
}

static int set_all(struct worker *w, const json_t *object, int envelope,
                   struct prune_error *err)
{
    const char *key;
    json_t *v;
    int rc = 0;
    json_object_foreach((json_t *)(uintptr_t)object, key, v)
    {
        if (rc || (envelope && is_envelope(key)) || json_is_null(v))
            continue;
        char *text = value_text(v);
        rc = text ? prune_options_set(w->options, key, text, err)
                  : err_memory(err, "a setting");
        mem_free(text);
    }
    return rc;
}

static int read_job(struct worker *w, struct prune_error *err)
{
    struct file_map m = {0};
    int rc = file_map(&m, "job.json", JOB_BYTES, err);
    if (rc)
        return rc;
    json_error_t e;
    w->job = json_loadb((const char *)m.data, m.size, 0, &e);
    file_unmap(&m);
    if (!json_is_object(w->job))
        return err_set(err, PRUNE_E_INPUT, "job.json: line %d: %s", e.line,
                       e.text);
    rc = limit_all(json_object_get(w->job, "limits"), err);
    if (!rc)
        rc = prune_options_new(&w->options, err);
    if (!rc)
        rc = set_all(w, w->job, 1, err);
    if (!rc)
        rc = set_all(w, json_object_get(w->job, "data_settings"), 0, err);
    return rc;
}

static int work(struct worker *w, struct prune_error *err)
{
    int rc = die_with_parent(err);
    if (!rc)
        rc = read_job(w, err);
    if (rc)
        return rc;
    struct prune_request request = {
        .model = "input.onnx",
        .data = json_text(w->job, "data", NULL),
        .output = "output.onnx",
        .measure_lock = json_text(w->job, "measure_lock", NULL),
        .progress = tell,
        .payload = w,
    };
    char *report;
    rc = prune_run(&report, &request, w->options, err);
    if (rc)
        return rc;
    send_metrics(w, report);
    rc = file_write("report.json", report, strlen(report), err);
    prune_free(report);
    return rc;
}

/* The report of a failure; when even that fails, the exit status and the
 * log are left. */
static void write_failure(int code, const struct prune_error *why)
{
    json_t *e = json_object(), *o = json_object();
    json_put_text(e, "type", prune_error_slug(code));
    json_put_text(e, "title", prune_error_title(code));
    json_put_text(e, "detail", why->text);
    json_put(o, "error", e);
    char *text = json_dump(o);
    json_decref(o);
    if (text)
        (void)file_write("report.json", text, strlen(text), NULL);
    mem_free(text);
}

static int worker(const struct args *a, struct prune_error *err)
{
    struct worker w = {.folder = a->positionals[0], .progress = -1};
    if (chdir(w.folder))
        return err_set(err, PRUNE_E_INPUT, "%s: %s", w.folder,
                       strerror(errno));
    w.progress = open("progress.jsonl",
                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int rc = w.progress < 0 ? err_set(err, PRUNE_E_FAILED,
                                      "%s/progress.jsonl: %s", w.folder,
                                      strerror(errno))
                            : work(&w, err);
    if (rc)
        write_failure(rc, err);
    if (w.progress >= 0)
        close(w.progress);
    prune_options_free(w.options);
    json_decref(w.job);
    return rc;
}

const struct command command_worker = {
    .name = "worker",
    .synopsis = "DIR",
    .summary = "run one job of the daemon from its directory",
    .min_positionals = 1,
    .max_positionals = 1,
    .flags = flags,
    .settings = "",
    .run = worker,
};
