/* What a worker leaves behind, and what to say when it is not a result. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "service/slot.h"

enum { LOG_TOLD = 600 };

/* The last `most` bytes of a file, NUL added; NULL: none. */
static char *read_end(const char *path, size_t most, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    char *text = NULL;
    *n = 0;
    if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
        off_t from = st.st_size > (off_t)most ? st.st_size - (off_t)most : 0;
        text = mem_calloc((size_t)(st.st_size - from) + 1, 1);
        ssize_t k = text ? pread(fd, text, (size_t)(st.st_size - from), from)
                         : 0;
        *n = k > 0 ? (size_t)k : 0;
        if (text)
            text[*n] = '\0';
    }
    if (fd >= 0)
        close(fd);
    return text;
}

static void read_report(struct leavings *l, const char *path)
{
    struct file_map map = {0};
    if (access(path, F_OK) ||
        file_map(&map, path, REPORT_LARGEST, &l->trouble))
        return;
    json_error_t where;
    json_t *report = json_loadb((const char *)map.data, map.size, 0, &where);
    if (json_is_object(report)) {
        l->report_text = mem_strndup((const char *)map.data, map.size);
        l->report = l->report_text ? report : NULL;
    } else {
        err_set(&l->trouble, PRUNE_E_FAILED, "report.json:%d: %s",
                where.line, where.text);
    }
    if (!l->report)
        json_decref(report);
    file_unmap(&map);
}

static void take_output(struct leavings *l, const char *path)
{
    if (!l->report || json_object_get(l->report, "error"))
        return;
    l->has_output =
        !blob_take(l->output, &l->output_bytes, path, &l->trouble);
}

void leavings_gather(struct leavings *out, const char *folder, int succeeded)
{
    *out = (struct leavings){0};
    char *report = mem_printf("%s/report.json", folder);
    char *output = mem_printf("%s/output.onnx", folder);
    char *log = mem_printf("%s/log", folder);
    if (log)
        out->log = read_end(log, LOG_KEPT, &out->n_log);
    if (report)
        read_report(out, report);
    if (output && succeeded)
        take_output(out, output);
    mem_free(report);
    mem_free(output);
    mem_free(log);
}

void leavings_done(struct leavings *l)
{
    json_decref(l->report);
    mem_free(l->report_text);
    mem_free(l->log);
    *l = (struct leavings){0};
}

/* --- the reason of a failure ------------------------------------------ */

/* The end of the log in one piece of text that JSON can hold. */
static void tell_log(char *out, size_t room, const struct leavings *l)
{
    size_t skip = l->n_log > LOG_TOLD ? l->n_log - LOG_TOLD : 0;
    size_t n = 0;
    for (size_t i = skip; i < l->n_log && n + 1 < room; i++) {
        unsigned char c = (unsigned char)l->log[i];
        out[n++] = c == '\n' || (c >= ' ' && c < 127) ? (char)c : '?';
    }
    while (n && (out[n - 1] == '\n' || out[n - 1] == ' '))
        n--;
    out[n] = '\0';
}

static void tell_death(char *out, size_t room, const struct slot *slot)
{
    const struct task_end *end = &slot->end;
    const struct config *c = slot->s->config;
    if (end->signal == SIGXCPU)
        snprintf(out, room, "The worker used up its processor time "
                 "(job_seconds = %lld)", (long long)c->job_seconds);
    else if (end->signal == SIGXFSZ)
        snprintf(out, room, "The worker wrote a file larger than job_file = "
                 "%lld bytes", (long long)c->job_file);
    else if (end->signal)
        snprintf(out, room, "The worker was killed by signal %d (%s)",
                 end->signal, strsignal(end->signal));
    else if (end->status)
        snprintf(out, room, "The worker ended with exit status %d",
                 end->status);
    else
        snprintf(out, room, "The worker left no result%s%s",
                 slot->left.trouble.code ? ": " : "",
                 slot->left.trouble.text);
}

static json_t *make_error(const char *type, const char *title,
                          const char *detail)
{
    json_t *o = json_object();
    if (json_put_text(o, "type", type) || json_put_text(o, "title", title) ||
        json_put_text(o, "detail", detail)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static json_t *death_error(const struct slot *slot)
{
    char why[700], log[LOG_TOLD + 1], detail[1400];
    if (slot->stop == STOP_TIME) {
        snprintf(detail, sizeof detail,
                 "The job ran longer than job_seconds = %lld",
                 (long long)slot->s->config->job_seconds);
        return make_error("time-limit", "The job took too long", detail);
    }
    tell_death(why, sizeof why, slot);
    tell_log(log, sizeof log, &slot->left);
    snprintf(detail, sizeof detail, "%s.%s%s", why,
             *log ? " The end of its log: " : "", log);
    return make_error("worker-died", "The worker ended without a result",
                      detail);
}

char *leavings_error(const struct slot *slot)
{
    json_t *told = json_object_get(slot->left.report, "error");
    json_t *error = NULL;
    if (json_is_object(told) && slot->stop == STOP_NONE)
        error = make_error(json_text(told, "type", "failed"),
                           json_text(told, "title", "The work failed"),
                           json_text(told, "detail", ""));
    else
        error = death_error(slot);
    char *text = json_dump(error);
    json_decref(error);
    return text;
}
