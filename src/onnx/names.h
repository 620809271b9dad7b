#ifndef ONNX_NAMES_H
#define ONNX_NAMES_H

#include <stddef.h>

/* Names to numbers. A zeroed struct is empty; keys are borrowed. */
struct names {
    struct names_slot *slots;
    size_t room, n;
};

/* The number of that name, or -1. */
int names_get(const struct names *t, const char *key);
/* Adds a name that is not there yet. 0, or -1: memory is short. */
int names_put(struct names *t, const char *key, int value);
void names_done(struct names *t);

#endif
