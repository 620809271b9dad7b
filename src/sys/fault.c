#include "sys/fault.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_point(const char *name)
{
    static atomic_long passed;
    const char *wanted = getenv("PRUNED_FAULT");
    if (!wanted)
        return;
    size_t n = strlen(name);
    if (strncmp(wanted, name, n) != 0 || (wanted[n] && wanted[n] != ':'))
        return;
    long which = wanted[n] ? strtol(wanted + n + 1, NULL, 10) : 1;
    if (atomic_fetch_add(&passed, 1) + 1 == which)
        kill(getpid(), SIGKILL);
}
