/* Reading jobs, their reports, models and logs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "service/page.h"
#include "service/reader.h"
#include "service/rows.h"

int read_job(struct reader *r, const char *id, struct answer *a)
{
    int64_t revision = 0;
    json_t *body = job_document(r->db, id, &revision, a);
    if (!body || answer_body(a, 200, body))
        return -1;
    a->revision = revision;
    return 0;
}

/* --- lists ------------------------------------------------------------ */

/* The filter's model as a digest; a model that is not there matches none. */
static int filter_model(struct reader *r, const char *ref,
                        char hex[static SHA256_HEX], struct prune_error *err)
{
    hex[0] = '\0';
    if (!ref)
        return 0;
    int rc = model_resolve(r->db, ref, hex, err);
    if (rc == 0)
        strcpy(hex, "none");
    return rc < 0 ? rc : 0;
}

/* A cursor is the number of the last job shown. */
static int read_cursor(int64_t *out, const struct page *page,
                       struct answer *a)
{
    *out = INT64_MAX;
    if (!page || !page->after)
        return 0;
    const char *s = page->after;
    if (!*s || strlen(s) > 18 || strspn(s, "0123456789") != strlen(s))
        return answer_problem(a, PROBLEM_BAD_REQUEST,
                              "after is not what `next` said");
    *out = strtoll(s, NULL, 10);
    return 0;
}

static int jobs_page(struct reader *r, sqlite3_stmt *rows, int limit,
                     struct prune_error *err, struct answer *a)
{
    json_t *items = json_array();
    int64_t last = 0;
    int more = 0, lost = 0, rc = rows ? 1 : PRUNE_E_FAILED;
    while (rc == 1 && !lost && (rc = db_step(r->db, rows, err)) == 1) {
        more = json_array_size(items) == (size_t)limit;
        if (more)
            break;
        last = sqlite3_column_int64(rows, JOB_SEQ);
        lost = json_array_append_new(items, job_row(rows));
    }
    if (rc == 1)
        db_reset(rows);
    if (rc < 0 || lost) {
        json_decref(items);
        return answer_problem(a, PROBLEM_INTERNAL, "%s",
                              lost ? "Memory is short" : err->text);
    }
    char next[24];
    snprintf(next, sizeof next, "%lld", (long long)last);
    return page_finish(a, items, more ? next : NULL);
}

static int check_state(const char *state, struct answer *a)
{
    static const char *const states[] = {"queued", "running", "succeeded",
                                         "failed", "canceled"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!state || !strcmp(state, states[i]))
            return 0;
    return answer_problem(a, PROBLEM_BAD_REQUEST,
                          "state is one of queued, running, succeeded, "
                          "failed and canceled, not '%.40s'", state);
}

int read_jobs(struct reader *r, const struct job_filter *filter,
              const struct page *page, struct answer *a)
{
    static const struct job_filter none = {NULL, NULL, NULL, NULL};
    struct prune_error err = {0};
    char hex[SHA256_HEX];
    int64_t before;
    int limit = page_limit(page);
    const struct job_filter *f = filter ? filter : &none;
    if (check_state(f->state, a) || read_cursor(&before, page, a))
        return -1;
    if (filter_model(r, f->model, hex, &err))
        return answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    sqlite3_stmt *rows = db_query(
        r->db, &err,
        "SELECT " JOB_COLUMNS JOB_REPORT_BRIEF " FROM job j "
        "WHERE j.seq < ?1 AND (?2 IS NULL OR j.state = ?2) "
        "AND (?3 IS NULL OR j.model_sha256 = ?3) "
        "AND (?4 IS NULL OR j.group_id = ?4) "
        "AND (?5 IS NULL OR j.technique = ?5) "
        "ORDER BY j.seq DESC LIMIT ?6",
        "itttti", before, f->state, f->model ? hex : NULL, f->group,
        f->technique, (int64_t)limit + 1);
    return jobs_page(r, rows, limit, &err, a);
}

/* --- what a job has made ---------------------------------------------- */

/* The columns state, report, output_sha256, technique, model, seq of a job;
 * NULL with a problem. The statement is to be reset. */
static sqlite3_stmt *result_row(struct reader *r, const char *id,
                                struct answer *a)
{
    struct prune_error err = {0};
    sqlite3_stmt *row =
        db_query(r->db, &err,
                 "SELECT state, report, output_sha256, technique, model, "
                 "seq FROM job WHERE id = ?",
                 "t", id);
    int rc = row ? db_step(r->db, row, &err) : PRUNE_E_FAILED;
    if (rc == 0)
        answer_problem(a, PROBLEM_NOT_FOUND, "There is no job '%.40s'", id);
    if (rc < 0)
        answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    return rc == 1 ? row : NULL;
}

/* As result_row, of a job that has succeeded. */
static sqlite3_stmt *finished_row(struct reader *r, const char *id,
                                  struct answer *a)
{
    sqlite3_stmt *row = result_row(r, id, a);
    if (!row)
        return NULL;
    const char *state = db_text(row, 0);
    if (!strcmp(state, "succeeded"))
        return row;
    if (!strcmp(state, "queued") || !strcmp(state, "running"))
        answer_problem(a, PROBLEM_JOB_NOT_FINISHED, "The job is %s", state);
    else
        answer_problem(a, PROBLEM_JOB_FAILED, "The job is %s; its error "
                       "stands in GET /v1/jobs/%s", state, id);
    db_reset(row);
    return NULL;
}

int read_job_report(struct reader *r, const char *id, struct answer *a)
{
    sqlite3_stmt *row = finished_row(r, id, a);
    if (!row)
        return -1;
    json_t *report = json_loads(db_text(row, 1), 0, NULL);
    db_reset(row);
    return answer_body(a, 200, report);
}

/* cnn.onnx pruned by structured: cnn-structured.onnx. */
static void name_output(struct read_file *out, const char *model,
                        const char *technique)
{
    size_t n = strlen(model);
    if (n > 5 && !strcmp(model + n - 5, ".onnx"))
        n -= 5;
    snprintf(out->name, sizeof out->name, "%.*s-%s.onnx", (int)n,
             n ? model : "pruned", technique);
    if (!n)
        snprintf(out->name, sizeof out->name, "pruned-%s.onnx", technique);
}

int read_job_model(struct reader *r, const char *id, struct read_file *out,
                   struct answer *a)
{
    char hex[SHA256_HEX];
    *out = (struct read_file){.fd = -1};
    sqlite3_stmt *row = finished_row(r, id, a);
    if (!row)
        return -1;
    snprintf(hex, sizeof hex, "%s", db_text(row, 2));
    name_output(out, db_text(row, 4), db_text(row, 3));
    db_reset(row);
    return file_of_blob(r, hex, out, a);
}

/* --- the log ---------------------------------------------------------- */

/* Bytes as a file, so that ranges work as for every other. */
static int memory_file(const void *bytes, size_t n)
{
    int fd = memfd_create("log", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < n;) {
        ssize_t k = write(fd, (const char *)bytes + done, n - done);
        if (k > 0) {
            done += (size_t)k;
        } else if (errno != EINTR) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

static int kept_log(struct reader *r, int64_t seq, struct prune_error *err)
{
    sqlite3_stmt *row = db_query(
        r->db, err, "SELECT text FROM job_log WHERE job = ?", "i", seq);
    int rc = row ? db_step(r->db, row, err) : PRUNE_E_FAILED;
    if (rc < 0)
        return -1;
    if (rc == 0)
        return memory_file("", 0);
    int fd = memory_file(sqlite3_column_blob(row, 0),
                         (size_t)sqlite3_column_bytes(row, 0));
    db_reset(row);
    return fd;
}

static int live_log(struct reader *r, const char *id)
{
    char *path = mem_printf("%s/%s/log", r->s->state.work, id);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    mem_free(path);
    return fd;
}

int read_job_log(struct reader *r, const char *id, struct read_file *out,
                 struct answer *a)
{
    struct prune_error err = {0};
    struct stat st;
    *out = (struct read_file){.fd = -1};
    sqlite3_stmt *row = result_row(r, id, a);
    if (!row)
        return -1;
    int running = !strcmp(db_text(row, 0), "running");
    int64_t seq = sqlite3_column_int64(row, 5);
    db_reset(row);
    int fd = running ? live_log(r, id) : -1;
    if (fd < 0) /* over, not begun, or ended just now */
        fd = kept_log(r, seq, &err);
    if (fd < 0 || fstat(fd, &st)) {
        if (fd >= 0)
            close(fd);
        return answer_problem(a, PROBLEM_INTERNAL, "%s",
                              err.code ? err.text : strerror(errno));
    }
    out->fd = fd;
    out->size = st.st_size;
    snprintf(out->name, sizeof out->name, "%.20s.log", id);
    a->status = 200;
    return 0;
}
