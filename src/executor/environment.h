#ifndef EXECUTOR_ENVIRONMENT_H
#define EXECUTOR_ENVIRONMENT_H

/* The daemon's environment with what keeps numerical libraries from taking
 * more threads than they were given. NULL-terminated; environment_free.
 * NULL when memory is short. */
char **environment_new(int threads);
void environment_free(char **env);

#endif
