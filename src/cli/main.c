/* `prune`: finds the command and turns its answer into an exit status. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "prune/describe.h"

#define ROW(name) extern const struct command command_##name;
#include "cli/commands.tbl"
#undef ROW

static const struct command *const commands[] = {
#define ROW(name) &command_##name,
#include "cli/commands.tbl"
#undef ROW
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* Nothing half-written may stay, and nobody waits for a long phase to end:
 * temporary files go, and so does the process. */
static void interrupted(int signal)
{
    static const char text[] = "\nprune: error: interrupted\n";
    (void)signal;
    file_drop_all();
    ssize_t ignored = write(STDERR_FILENO, text + 1, sizeof text - 2);
    (void)ignored;
    _exit(130);
}

static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = interrupted};
    sigemptyset(&a.sa_mask);
    sigaddset(&a.sa_mask, SIGINT);
    sigaddset(&a.sa_mask, SIGTERM);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int report(const struct prune_error *err)
{
    fprintf(stderr, "prune: error: %s\n", err->text);
    return prune_error_status(err->code);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct prune_error err = {0};
    struct args a = {0};
    int help = 0;
    int rc = args_read(&a, c, argc, argv, &help, &err);
    if (help)
        help_command(c);
    else if (!rc)
        rc = c->run(&a, &err);
    args_done(&a);
    if (!rc && (fflush(stdout) || ferror(stdout)))
        rc = err_set(&err, PRUNE_E_FAILED, "standard output: cannot write");
    return rc && !help ? report(&err) : 0;
}

static int usage(const char *what, const char *arg)
{
    fprintf(stderr, "prune: error: %s %s; see `prune --help`\n", what, arg);
    return 2;
}

int main(int argc, char **argv)
{
    catch_signals();
    if (argc < 2)
        return usage("a command is missing:", "prune COMMAND …");
    if (!strcmp(argv[1], "--version")) {
        printf("prune %s\n", prune_version());
        return 0;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        help_all(commands, N_COMMANDS);
        return 0;
    }
    for (int i = 0; i < N_COMMANDS; i++)
        if (!strcmp(commands[i]->name, argv[1]))
            return run_command(commands[i], argc - 2, argv + 2);
    return usage(argv[1][0] == '-' ? "unknown option" : "unknown command",
                 argv[1]);
}
