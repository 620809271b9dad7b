/* Runs the ONNX project's test cases through the library.
 *
 * usage: conformance [-v] [--plain] [--tap] [--data DIR] [--known FILE]
 *                    [CASE-PREFIX...]
 *
 * A case passes when shape, type and values (relative 1e-3, absolute 1e-5)
 * of all outputs are right. Prints a table by operator, each case that did
 * not pass and why, and the counts. Exit status 1 when a case fails that
 * the list of known ones does not name, or one passes that it names.
 *
 *   -v       a line for each case as it ends
 *   --plain  by the plain kernels instead of the fast ones
 *   --tap    TAP, with the table as remarks
 *
 * DIR is the `data` folder of Debian's libonnx-testdata; ONNX_TESTDATA from
 * the environment stands for it as well. Each case runs in a process of its
 * own, so that a crash or a hang is one case that failed. The engine must
 * not be called here: threads do not survive a fork. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

struct settings {
    const char *data, *known;
    enum engine_kind kind;
    int verbose, tap;
    char **prefixes;
    int n_prefixes;
};

static void usage(void)
{
    fputs("usage: conformance [-v] [--plain] [--tap] [--data DIR] "
          "[--known FILE] [CASE-PREFIX...]\n", stderr);
    exit(2);
}

static void read_settings(struct settings *s, int argc, char **argv)
{
    const char *data = getenv("ONNX_TESTDATA"), *top = getenv("TOP_SRCDIR");
    static char known[4096];
    snprintf(known, sizeof known, "%s/tests/conformance/known.txt",
             top ? top : ".");
    *s = (struct settings){
        .data = data ? data : "/usr/share/libonnx-testdata/data",
        .known = known, .kind = ENGINE_FAST};
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "-v"))
            s->verbose = 1;
        else if (!strcmp(argv[i], "--plain"))
            s->kind = ENGINE_PLAIN;
        else if (!strcmp(argv[i], "--tap"))
            s->tap = 1;
        else if (!strcmp(argv[i], "--data") && i + 1 < argc)
            s->data = argv[++i];
        else if (!strcmp(argv[i], "--known") && i + 1 < argc)
            s->known = argv[++i];
        else
            usage();
    }
    s->prefixes = argv + i;
    s->n_prefixes = argc - i;
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"ok", "not ok", "not supported"};
    struct settings s;
    struct known known;
    struct case_list l;
    read_settings(&s, argc, argv);
    known_read(&known, s.known);
    cases_find(&l, s.data, s.prefixes, s.n_prefixes);
    for (int i = 0; i < l.n; i++) {
        case_run(&l.at[i], s.kind);
        if (s.verbose)
            printf("# %s: %s %s\n", l.at[i].name,
                   words[l.at[i].verdict.outcome], l.at[i].verdict.why);
    }
    report_table(&l, s.tap ? "# " : "");
    int rc = 0;
    if (s.tap)
        report_tap(&l, &known);
    else
        rc = report_verdict(&l, &known);
    cases_free(&l);
    known_free(&known);
    return rc;
}
