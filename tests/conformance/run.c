#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "case.h"
#include "config.h"
#include "onnx/onnx.h"
#include "ops/table.h"
#include "values.h"

enum { CPU_SECONDS = 60, WALL_SECONDS = 300, MAX_ENDS = 64 };
static const rlim_t ADDRESS_SPACE = (rlim_t)4 << 30;
static const double RELATIVE = 1e-3, ABSOLUTE = 1e-5;

/* --- in the child ------------------------------------------------------ */

struct set { /* one test_data_set_N */
    const struct test_case *c;
    int number;
    struct graph *g;
    Onnx__ModelProto *model; /* for the types of its ends */
    struct engine *e;
    struct datum *in[MAX_ENDS], *want[MAX_ENDS];
};

static const Onnx__TypeProto *type_of(Onnx__ValueInfoProto **list, size_t n,
                                      const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (list[i]->name && !strcmp(list[i]->name, name))
            return list[i]->type;
    return NULL;
}

static int read_value(struct set *s, struct datum **out, const char *what,
                      int i, const Onnx__TypeProto *type,
                      struct prune_error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/test_data_set_%d/%s_%d.pb", s->c->path,
             s->number, what, i);
    return values_read(out, path, type, err);
}

static int read_values(struct set *s, struct prune_error *err)
{
    const Onnx__GraphProto *p = s->model->graph;
    const struct graph *g = s->g;
    int rc = 0;
    if (g->n_inputs > MAX_ENDS || g->n_outputs > MAX_ENDS)
        return err_set(err, PRUNE_E_UNSUPPORTED, "that many inputs");
    for (int i = 0; !rc && i < g->n_inputs; i++)
        rc = read_value(s, &s->in[i], "input", i,
                        type_of(p->input, p->n_input,
                                g->values[g->inputs[i]].name), err);
    for (int i = 0; !rc && i < g->n_outputs; i++)
        rc = read_value(s, &s->want[i], "output", i,
                        type_of(p->output, p->n_output,
                                g->values[g->outputs[i]].name), err);
    return rc;
}

static int read_model(struct set *s, struct prune_error *err)
{
    char path[4096];
    struct file_map m = {0};
    snprintf(path, sizeof path, "%s/model.onnx", s->c->path);
    int rc = onnx_read(&s->g, path, ops_find, err);
    if (!rc)
        rc = file_map(&m, path, 0, err);
    if (rc)
        return rc;
    s->model = onnx__model_proto__unpack(NULL, m.size, m.data);
    file_unmap(&m);
    return s->model ? 0 : err_memory(err, "a model");
}

static int infer(struct set *s, struct prune_error *err)
{
    struct shape_override o[MAX_ENDS];
    int n = 0;
    for (int i = 0; i < s->g->n_inputs; i++)
        if (s->in[i]->kind == DATUM_TENSOR)
            o[n++] = (struct shape_override){
                s->g->values[s->g->inputs[i]].name,
                s->in[i]->tensor->shape};
    return graph_infer(s->g, 1, o, n, err);
}

static int compare(struct set *s, struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < s->g->n_outputs; i++) {
        rc = values_compare(engine_result(s->e, i), s->want[i], RELATIVE,
                            ABSOLUTE, err);
        if (rc)
            err_prefix(err, "output %d", i);
    }
    return rc;
}

static int compute(struct set *s, enum engine_kind kind,
                   struct prune_error *err)
{
    struct engine_options o = {.kind = kind, .threads = 1};
    int rc = read_model(s, err);
    if (!rc)
        rc = read_values(s, err);
    if (!rc)
        rc = infer(s, err);
    if (!rc)
        rc = engine_open(&s->e, s->g, &o, err);
    if (!rc)
        rc = engine_run_data(s->e, s->in, err);
    return rc ? rc : compare(s, err);
}

static int run_set(const struct test_case *c, int number,
                   enum engine_kind kind, struct prune_error *err)
{
    struct set s = {.c = c, .number = number};
    int rc = compute(&s, kind, err);
    engine_close(s.e);
    for (int i = 0; i < MAX_ENDS; i++) {
        datum_unref(s.in[i]);
        datum_unref(s.want[i]);
    }
    if (s.model)
        onnx__model_proto__free_unpacked(s.model, NULL);
    graph_free(s.g);
    return rc;
}

static int has_set(const struct test_case *c, int number)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/test_data_set_%d", c->path, number);
    return !access(path, F_OK);
}

static struct verdict judge(const struct test_case *c, enum engine_kind kind)
{
    struct verdict v = {PASSED, ""};
    struct prune_error err = {0};
    int rc = 0, sets = 0;
    while (!rc && has_set(c, sets))
        rc = run_set(c, sets++, kind, &err);
    if (!sets)
        rc = err_set(&err, PRUNE_E_INPUT, "there is no test data");
    if (!rc)
        return v;
    v.outcome = rc == PRUNE_E_UNSUPPORTED ? UNSUPPORTED : FAILED;
    /* The reader names the file, which the report does already. */
    const char *at = strstr(err.text, "model.onnx: ");
    snprintf(v.why, sizeof v.why, "%s", at ? at + 12 : err.text);
    return v;
}

static void limit(int resource, rlim_t n)
{
    struct rlimit r = {n, n};
    setrlimit(resource, &r);
}

static void child(const struct test_case *c, enum engine_kind kind, int fd)
{
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_CORE, 0);
#if !defined PRUNE_ASAN && !defined PRUNE_TSAN
    limit(RLIMIT_AS, ADDRESS_SPACE);
#else
    (void)ADDRESS_SPACE;
#endif
    alarm(WALL_SECONDS);
    struct verdict v = judge(c, kind);
    if (write(fd, &v, sizeof v) != (ssize_t)sizeof v)
        _exit(1);
    exit(0); /* not _exit: leaks are looked for here */
}

/* --- in the parent ----------------------------------------------------- */

/* What the child wrote, whole, or 0. */
static int read_verdict(struct verdict *out, int fd)
{
    size_t have = 0;
    while (have < sizeof *out) {
        ssize_t n = read(fd, (char *)out + have, sizeof *out - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        have += (size_t)n;
    }
    return 1;
}

static struct verdict ended_badly(int status)
{
    struct verdict v = {FAILED, ""};
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (signal == SIGXCPU || signal == SIGALRM || signal == SIGKILL)
        snprintf(v.why, sizeof v.why, "hung");
    else if (signal)
        snprintf(v.why, sizeof v.why, "crashed: %s", strsignal(signal));
    else
        snprintf(v.why, sizeof v.why, "crashed: exit status %d",
                 WEXITSTATUS(status));
    return v;
}

void case_run(struct test_case *c, enum engine_kind kind)
{
    int fds[2], status = 0;
    c->verdict = (struct verdict){FAILED, "no child could be started"};
    fflush(NULL);
    if (pipe(fds))
        return;
    pid_t pid = fork();
    if (!pid) {
        close(fds[0]);
        child(c, kind, fds[1]);
    }
    close(fds[1]);
    struct verdict v;
    int have = pid > 0 && read_verdict(&v, fds[0]);
    close(fds[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (pid > 0)
        c->verdict = have && !status ? v : ended_badly(status);
}
