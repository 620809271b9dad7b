#include "executor/environment.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

/* OpenBLAS starts its threads when it is loaded and spins for ever under a
 * small address space, so it gets one. Idle OpenMP threads must sleep: the
 * other slots need the cores. */
static const char *const fixed[] = {"OMP_WAIT_POLICY=passive",
                                    "OPENBLAS_NUM_THREADS=1"};
enum { N_FIXED = sizeof fixed / sizeof *fixed };

static int is_ours(const char *entry)
{
    return !strncmp(entry, "OMP_", 4) ||
           !strncmp(entry, "OPENBLAS_NUM_THREADS=", 21) ||
           !strncmp(entry, "NOTIFY_SOCKET=", 14) ||
           !strncmp(entry, "PRUNED_FAULT=", 13);
}

char **environment_new(int threads)
{
    size_t n = 0, k = 0;
    while (environ && environ[n])
        n++;
    char **env = mem_calloc(n + N_FIXED + 2, sizeof *env);
    if (!env)
        return NULL;
    int lost = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_ours(environ[i]))
            lost |= !(env[k++] = mem_strdup(environ[i]));
    for (size_t i = 0; i < N_FIXED && !lost; i++)
        lost |= !(env[k++] = mem_strdup(fixed[i]));
    if (!lost)
        lost |= !(env[k++] = mem_printf("OMP_NUM_THREADS=%d", threads));
    if (!lost)
        return env;
    for (size_t i = 0; i < k; i++)
        mem_free(env[i]);
    mem_free(env);
    return NULL;
}

void environment_free(char **env)
{
    if (!env)
        return;
    for (size_t i = 0; env[i]; i++)
        mem_free(env[i]);
    mem_free(env);
}
